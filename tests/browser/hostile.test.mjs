// A board whose texts try to be more than texts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAccessible, assertShown, card, open, toggle } from "./open.mjs";

const hostile = JSON.parse(process.env.NAMES);

test("texts are shown as they are, and do nothing", async (t) => {
  const page = await open(t);
  const shown = await page.locator(".cards .name").allTextContents();
  assert.deepEqual(shown.sort(), [...hostile].sort());
  for (const name of hostile) await toggle(card(page, name));
  assert.equal(await page.locator(".checklist").count(), hostile.length);
  assert.equal(await page.locator("img, svg, iframe, object, b > b").count(), 0);
  assert.equal(await page.locator("script").count(), 2);
  assert.equal(await page.evaluate(() => "pwned" in globalThis), false);
  const said = await page.locator(".checklist").first().textContent();
  assert.match(said, /by <\/script><script>pwned=1<\/script>/);
  await assertAccessible(page);
});

test("they can be searched for", async (t) => {
  const page = await open(t);
  for (const name of hostile) {
    await page.getByLabel("Search").fill(name);
    await assertShown(page, [name]);
    await page.reload();
    await assertShown(page, [name]);
  }
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
