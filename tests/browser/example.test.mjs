// The board of the example fleet.

import assert from "node:assert/strict";
import { test } from "node:test";
import { address, assertAccessible, assertShown, assertTold, card, following, open, toggle } from "./open.mjs";

for (const colorScheme of ["light", "dark"]) {
  test(`is accessible in ${colorScheme}, opened and filtered`, async (t) => {
    const page = await open(t, { colorScheme });
    await assertAccessible(page);
    await toggle(card(page, "Granite Gear"));
    await toggle(card(page, "Cobalt Cycles"));
    assert.equal(await page.locator(".checklist").count(), 2);
    await assertAccessible(page);
    await page.getByLabel("Waits for").selectOption("partner");
    await assertTold(page, "2 of 12 retailers shown");
    await assertAccessible(page);
    await page.getByLabel("Search").fill("nobody is called so");
    await assertTold(page, "0 of 12 retailers shown");
    await assertAccessible(page);
  });
}

test("is accessible on a small screen", async (t) => {
  const page = await open(t, { viewport: { width: 400, height: 800 } });
  await assertAccessible(page);
  const tooWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  assert.equal(tooWide, false);
});

test("leads with those whose customers get no credits", async (t) => {
  const page = await open(t);
  const banner = page.getByRole("region", { name: "No credits for customers" });
  await banner.getByRole("link", { name: /^Cobalt Cycles is live/ }).click();
  await assertShown(page, ["Cobalt Cycles"]);
  await assertTold(page, "1 of 12 retailers shown");
});

test("a card tells who does what, and its checklist", async (t) => {
  const page = await open(t);
  const granite = card(page, "Granite Gear");
  assert.match(await granite.locator("summary").textContent(), /2 to apply[^]*waits for SEKO onboarding/);
  assert.equal(await granite.locator(".checklist").count(), 0);
  await toggle(granite);
  assert.equal(await granite.locator("code").innerText(), "reconcile apply --only granite-gear");
  const steps = await granite.locator(".checklist li").allTextContents();
  assert.equal(steps.length, 15);
  assert.match(steps[0], /E1 ask SEKO for the keys.*the retailer: done · 2026-09-14/);
  assert.match(steps[7], /E6\.1 .*SEKO onboarding: next · omnireturns\.company: SEKO Retail → Loop/);
  // Opening it again draws nothing twice.
  await toggle(granite);
  await toggle(granite);
  assert.equal(await granite.locator(".checklist").count(), 1);
});

test("can be used with the keyboard alone", async (t) => {
  const page = await open(t);
  const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.className);
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "skip");
  // Past the retailers whose customers get no credits, each a link.
  for (let presses = 0; presses < 5; presses += 1) await page.keyboard.press("Tab");
  assert.equal(await focused(), "q");
  await page.keyboard.type("priya");
  await assertShown(page, ["Dune & Co", "Kestrel Audio", "Cobalt Cycles", "Harbor Kids"]);
  await assertTold(page, "4 of 12 retailers shown");
  for (const id of ["waits", "journey", "stage", "attention"]) {
    await page.keyboard.press("Tab");
    assert.equal(await focused(), id);
  }
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Shift+Tab");
  for (let presses = 0; presses < 2; presses += 1) await page.keyboard.press("ArrowDown");
  await assertShown(page, ["Harbor Kids"]);
  for (let presses = 0; presses < 4; presses += 1) await page.keyboard.press("Tab");
  const summary = page.locator("summary:focus");
  assert.match(await summary.textContent(), /^Harbor Kids/);
  assert.notEqual(await summary.evaluate((element) => getComputedStyle(element).outlineStyle), "none");
  await page.keyboard.press("Enter");
  await card(page, "Harbor Kids").locator(".checklist").waitFor();
});

test("each filter filters, and they go together", async (t) => {
  const page = await open(t);
  const [waits, journey, stage] = ["Waits for", "Journey", "Stage"].map((label) => page.getByLabel(label));
  const attention = page.getByLabel("Needs attention");
  await waits.selectOption("partner");
  await assertShown(page, ["Kestrel Audio", "Lumen Lighting"]);
  await waits.selectOption("nobody");
  await assertShown(page, ["Juniper Home"]);
  await waits.selectOption("");
  await journey.selectOption("new");
  await assertTold(page, "5 of 12 retailers shown");
  assert.equal(await page.getByRole("heading", { name: /Already with SEKO/ }).count(), 0);
  await attention.check();
  await assertShown(page, ["Brightwater Swim", "Dune & Co", "Kestrel Audio", "Cobalt Cycles"]);
  await stage.selectOption("new/accounts");
  await assertShown(page, ["Brightwater Swim", "Dune & Co"]);
  const count = page.locator("[data-stage='new/accounts'] .count");
  assert.equal(await count.textContent(), "2");
  await page.getByLabel("Search").fill("NÖBODY");
  await assertShown(page, []);
  assert.equal(await page.getByText("No retailer fits these filters.").isVisible(), true);
  await page.getByRole("button", { name: "Show all" }).click();
  await assertTold(page, "12 of 12 retailers shown");
  assert.equal(await page.evaluate(() => location.hash), "");
});

test("a view can be shared as a link", async (t) => {
  const page = await open(t);
  await page.getByLabel("Search").fill("dune & co");
  await page.getByLabel("Waits for").selectOption("seko_onboarding");
  const attention = page.getByLabel("Needs attention");
  await following(page.locator("#filters"), "input", () => attention.check());
  const hash = await page.evaluate(() => location.hash);
  assert.equal(hash, "#q=dune+%26+co&waits=seko_onboarding&attention=1");
  const other = await open(t, {}, hash);
  await assertShown(other, ["Dune & Co"]);
  assert.equal(await other.getByLabel("Search").inputValue(), "dune & co");
  assert.equal(await other.getByLabel("Needs attention").isChecked(), true);
  // A link of another board may name what this one does not have.
  const odd = await open(t, {}, "#waits=somebody&stage=x&q=");
  await assertTold(odd, "12 of 12 retailers shown");
  await odd.evaluate(() => (location.hash = "#journey=existing"));
  await assertTold(odd, "7 of 12 retailers shown");
});

test("the link past the filters leaves them as they are", async (t) => {
  const page = await open(t, { viewport: { width: 1000, height: 500 } }, "#journey=existing");
  await following(page.locator(".skip"), "click", () => page.locator(".skip").press("Enter"));
  assert.equal(await page.evaluate(() => document.activeElement.id), "board");
  assert.equal(await page.evaluate(() => location.hash), "#journey=existing");
  await assertTold(page, "7 of 12 retailers shown");
  // Nothing that it leads to is below the filters.
  const filters = await page.locator("#filters").boundingBox();
  const heading = await page.getByRole("heading", { name: /Already with SEKO/ }).boundingBox();
  assert.ok(filters.y + filters.height <= heading.y, JSON.stringify({ filters, heading }));
});

test("prints the cards, not the filters", async (t) => {
  const page = await open(t, { colorScheme: "dark" }, "#journey=new");
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator("#filters").isVisible(), false);
  assert.equal(await card(page, "Kestrel Audio").isVisible(), true);
  assert.equal(await card(page, "Granite Gear").isVisible(), false);
  const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.equal(paper, "rgb(255, 255, 255)");
  assert.equal((await page.pdf()).subarray(0, 5).toString(), "%PDF-");
});

test("shows every retailer without JavaScript", async (t) => {
  const page = await open(t, { javaScriptEnabled: false });
  const all = await page.locator(".cards .name").count();
  assert.equal(all, 12);
  for (const name of await page.locator(".cards .name").all()) assert.equal(await name.isVisible(), true);
  assert.equal(await page.locator("#filters").isVisible(), false);
  const lumen = card(page, "Lumen Lighting");
  await lumen.locator("summary").click();
  assert.equal(await lumen.getByText("reconcile attest lumen-lighting switched_to_loop").isVisible(), true);
  assert.equal(address.startsWith("file:"), true);
});
