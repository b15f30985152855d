// A board whose texts try to be more than texts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAccessible, assertShown, open, openRetailer, panel, row } from "./open.mjs";

const hostile = JSON.parse(process.env.NAMES);

async function assertHarmless(page) {
  assert.equal(await page.locator("img, svg, iframe, object, b > b").count(), 0);
  assert.equal(await page.locator("script").count(), 2);
  assert.equal(await page.evaluate(() => "pwned" in globalThis), false);
}

test("texts are shown as they are, and do nothing", async (t) => {
  const page = await open(t);
  const shown = await page.locator(".who b").allTextContents();
  assert.deepEqual([...new Set(shown)].sort(), [...hostile].sort());
  for (const name of hostile) {
    await row(page, name).click();
    await page.waitForFunction((name) => document.getElementById("panel-name").textContent === name, name);
    assert.ok((await panel(page).locator(".subject").textContent()).includes(name));
    assert.ok((await panel(page).locator(".message").textContent()).includes(name));
    await panel(page).locator("summary").click();
    const said = await panel(page).locator(".checklist").last().textContent();
    assert.match(said, /by <\/script><script>pwned=1<\/script>/);
    await assertHarmless(page);
  }
  await assertAccessible(page);
  await page.getByText("By stage").click();
  await assertShown(page, await page.locator(".chip b").allTextContents());
  assert.deepEqual((await page.locator(".chip b").allTextContents()).sort(), [...hostile].sort());
  await assertHarmless(page);
});

test("they can be searched for", async (t) => {
  const page = await open(t);
  for (const name of hostile) {
    await page.getByLabel("Search").fill(name);
    await page.waitForFunction(() => document.getElementById("shown").textContent.startsWith("1 of"));
    const shown = await page.locator(".row:visible .who b").allTextContents();
    assert.deepEqual([...new Set(shown)], [name]);
    await page.reload();
    assert.equal(await page.getByLabel("Search").inputValue(), name);
  }
});

test("a person may be called anything", async (t) => {
  const page = await open(t);
  await page.getByRole("navigation").getByRole("button", { name: hostile[0] }).click();
  await page.waitForFunction(() => document.getElementById("shown").textContent.startsWith("1 of"));
  await page.reload();
  assert.equal(await page.locator("#rail [aria-current] .name").textContent(), hostile[0]);
  await openRetailer(page, hostile[0]);
  await assertHarmless(page);
});

test("the policy lets nothing else run or load", async (t) => {
  const page = await open(t, {}, "", /violates the following Content Security Policy/);
  const policy = await page.locator("meta[http-equiv=Content-Security-Policy]").getAttribute("content");
  assert.match(policy, /^default-src 'none'; script-src 'sha256-[^ ]+'; style-src 'sha256-[^ ]+';/);
  const ran = await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "globalThis.ran = true";
    document.body.append(script);
    return globalThis.ran === true;
  });
  assert.equal(ran, false);
});
