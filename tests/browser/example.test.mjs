// The board of the example fleet: what it shows, and how it is used.

import assert from "node:assert/strict";
import { test } from "node:test";
import { address, assertAccessible, assertShown, assertTold, following, open, openRetailer, panel, row } from "./open.mjs";

/** The list of a person. */
function list(page, name) {
  return page.getByRole("region", { name: new RegExp(`^${name}`) });
}

const tile = (page, name) => page.locator("#tiles").getByRole("button", { name: new RegExp(`^\\d+ ${name}$`) });
const person = (page, name) => page.getByRole("navigation").getByRole("button", { name: new RegExp(`^${name}`) });

test("each person has a list, oldest first", async (t) => {
  const page = await open(t);
  const headings = await page.locator(".list h2 .whose").allTextContents();
  assert.deepEqual(headings, ["Dana Reyes", "Tom Okafor", "Noa Berg", "Loop", "The retailer"]);
  const noa = list(page, "Noa Berg");
  assert.match(await noa.getByRole("heading").textContent(), /SEKO onboarding 9 3 overdue/);
  const names = await noa.locator(".who b").allTextContents();
  assert.deepEqual(names.slice(0, 3), ["Indigo Denim", "Harbor Kids", "Brightwater Swim"]);
  const ages = await noa.locator(".age b").allTextContents();
  const days = ages.map((age) => Number.parseInt(age, 10));
  assert.deepEqual(days, days.toSorted((one, other) => other - one));
  assert.equal(days.length, 7);
});

test("what is overdue has a colour, and an old wait a longer bar", async (t) => {
  const page = await open(t);
  const ages = list(page, "Noa Berg").locator(".age");
  const late = list(page, "Noa Berg").locator(".age.late");
  assert.match(await late.first().textContent(), /^\d+ days \d+ overdue$/);
  const look = (of) => of.first().evaluate((age) => [getComputedStyle(age).color, Number(getComputedStyle(age).getPropertyValue("--w"))]);
  const [color] = await look(late);
  const [usual, width] = await look(ages);
  assert.notEqual(color, usual);
  assert.ok(width > 8, `${width}`);
});

test("finished ones are folded away, below the others", async (t) => {
  const page = await open(t);
  const folded = page.locator("#people > details");
  assert.equal(await folded.locator("summary").textContent(), "1 done");
  assert.equal(await row(page, "Juniper Home").count(), 0);
  assert.equal(await page.locator("#people > :last-child").evaluate((last) => last.localName), "details");
  await folded.locator("summary").click();
  await row(page, "Juniper Home").waitFor();
});

test("the head says where and when it is from", async (t) => {
  const page = await open(t);
  const head = await page.getByRole("banner").textContent();
  assert.match(head, /Loop in sandbox/);
  assert.match(head, /Generated\d{4}-\d\d-\d\d \d\d:\d\d UTC (just now|\d+ min ago)/);
});

test("an old board says that it is old", async (t) => {
  const page = await open(t, {}, "", undefined, Date.now() + 3 * 86_400_000);
  assert.equal(await page.locator(".ago.late").textContent(), "3 days ago");
});

test("leads with those whose customers get no credits", async (t) => {
  const page = await open(t);
  const alarm = page.getByRole("region", { name: "Customers of 4 retailers get no credits" });
  await alarm.getByRole("link", { name: "Cobalt Cycles" }).click();
  await page.getByRole("heading", { level: 2, name: "Cobalt Cycles" }).waitFor();
  const alert = panel(page).locator(".alert");
  assert.match(await alert.textContent(), /switched off, so its customers get no credits\.OmniRPS retries/);
});

test("each tile filters, and counts what it would show", async (t) => {
  const page = await open(t);
  await tile(page, "blocked").click();
  await assertTold(page, "1 of 12 retailers shown");
  await assertShown(page, ["Dune & Co"]);
  assert.equal(await tile(page, "blocked").getAttribute("aria-pressed"), "true");
  await tile(page, "blocked").click();
  await assertTold(page, "12 of 12 retailers shown");
  for (const each of await page.locator("#tiles button").all()) {
    await each.click();
    const count = await each.locator("b").textContent();
    await assertTold(page, `${count} of 12 retailers shown`);
  }
  // The last one is that of finished ones, which are unfolded.
  await assertShown(page, ["Juniper Home"]);
  await page.getByRole("button", { name: "Show all" }).click();
  await person(page, "Tom Okafor").click();
  await tile(page, "no credits").click();
  assert.equal(await tile(page, "no credits").textContent(), "1 no credits");
  await assertTold(page, "1 of 12 retailers shown");
});

test("a person's view is their list, and what else they are the account manager of", async (t) => {
  const page = await open(t);
  await person(page, "Tom Okafor").click();
  await assertTold(page, "4 of 12 retailers shown");
  const shown = await page.locator(".list:visible h2").allTextContents();
  assert.match(shown[0], /^Tom Okafor/);
  assert.equal(await page.locator(".list:visible.others .whose").first().textContent(), "Noa Berg");
  const names = await page.locator(".list:visible:not(.others) .who b").allTextContents();
  assert.deepEqual(names, ["Fjord Knitwear"]);
  assert.equal(await person(page, "Tom Okafor").getAttribute("aria-current"), "true");
});

test("filters go together, and are in the address", async (t) => {
  const page = await open(t);
  await page.getByLabel("Journey").selectOption("new");
  await assertTold(page, "5 of 12 retailers shown");
  await page.getByLabel("Search").fill("PRÍYA");
  await assertTold(page, "3 of 12 retailers shown");
  await tile(page, "blocked").click();
  await assertShown(page, ["Dune & Co"]);
  assert.equal(await page.evaluate(() => location.hash), "#q=PR%C3%8DYA&journey=new&show=blocked");
  await page.reload();
  await assertShown(page, ["Dune & Co"]);
  await page.getByLabel("Search").fill("nobody is called so");
  await assertShown(page, []);
  assert.equal(await page.getByText("No retailer matches.").isVisible(), true);
  await page.getByRole("button", { name: "Show all" }).click();
  await assertTold(page, "12 of 12 retailers shown");
  assert.equal(await page.evaluate(() => location.hash), "");
  // An address may name what this board does not have.
  const odd = await open(t, {}, "#who=somebody&show=x&journey=y&open=z&view=w&q=");
  await assertTold(odd, "12 of 12 retailers shown");
  await odd.evaluate(() => (location.hash = "#journey=existing"));
  await assertTold(odd, "7 of 12 retailers shown");
});

test("the stages are a second view of the same", async (t) => {
  const page = await open(t, {}, "#show=to-apply");
  await page.getByText("By stage").click();
  await assertTold(page, "7 of 12 retailers shown");
  const lane = page.locator(".lane", { has: page.getByRole("heading", { name: "Accounts" }) });
  assert.match(await lane.getByRole("heading").textContent(), /^Accounts N5 2$/);
  assert.deepEqual(await lane.locator(".chip b").allTextContents(), ["Brightwater Swim", "Dune & Co"]);
  const empty = page.locator(".lane", { has: page.getByRole("heading", { name: "Go-live" }) }).first();
  assert.match(await empty.getByRole("heading").textContent(), / 0$/);
  await page.getByRole("button", { name: "Show all" }).click();
  await assertTold(page, "12 of 12 retailers shown");
  const live = page.locator(".lane", { has: page.getByRole("heading", { name: "Live" }) }).last();
  assert.equal(await live.locator("summary").textContent(), "1 done");
  assert.equal(await row(page, "Juniper Home").count(), 0);
  const shown = await openRetailer(page, "Dune & Co");
  assert.equal(await shown.isVisible(), true);
  assert.equal(await page.evaluate(() => location.hash), "#view=stages&open=dune-and-co");
});

test("the panel has the next steps, the text to send and the checklist", async (t) => {
  const page = await open(t, { permissions: ["clipboard-read", "clipboard-write"] });
  const shown = await openRetailer(page, "Ember Ceramics");
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  const copy = async (name) => {
    await shown.getByRole("button", { name }).click();
    await page.getByText("Copied.").waitFor();
    return clipboard();
  };
  assert.equal(await copy("Copy: reconcile handoff ember-ceramics"), "reconcile handoff ember-ceramics");
  const [subject, ...text] = process.env.MESSAGE.trimEnd().split("\n");
  assert.equal(await copy("Copy text"), text.join("\n").trim());
  assert.equal(`Subject: ${await copy("Copy subject")}`, subject);
  const warnings = await shown.locator(".warning").allTextContents();
  assert.match(warnings[0], /^No handoff of the keys of Ember Ceramics is recorded; reconcile handoff ember-ceramics makes/);
  assert.match(warnings[1], /^The text has no hub addresses: /);
  assert.equal(warnings.length, 2);
  const folded = shown.locator(".checklist").last();
  assert.equal(await folded.isVisible(), false);
  await shown.locator("summary").click();
  assert.match(await folded.locator("li").first().textContent(), /E1 ask SEKO for the keysthe retailer · done · 2026-11-16/);
  const next = shown.locator(".checklist").first().locator("li").first();
  assert.match(await next.textContent(), /E2 .*Noa Berg · next/);
  assert.match(await shown.locator(".links").textContent(), /retailers\/ember-ceramics\.yaml/);
});

test("a retailer that is done says so", async (t) => {
  const page = await open(t, {}, "#open=juniper-home");
  assert.match(await panel(page).textContent(), /Nothing, the retailer is live and every setting is right\./);
  // There is nothing else, so it is not folded.
  assert.equal(await panel(page).locator(".checklist").isVisible(), true);
});

test("the browser's button closes the panel, and leaves the filters", async (t) => {
  const page = await open(t, {}, "#journey=existing");
  await openRetailer(page, "Granite Gear");
  await following(page.locator("body"), "focusin", () => page.goBack());
  assert.equal(await panel(page).isVisible(), false);
  assert.equal(await page.evaluate(() => location.hash), "#journey=existing");
});

test("a wider panel moves the row that was clicked on nowhere", async (t) => {
  const page = await open(t, { viewport: { width: 1280, height: 500 } });
  await row(page, "Ember Ceramics").scrollIntoViewIfNeeded();
  const before = await row(page, "Ember Ceramics").boundingBox();
  await openRetailer(page, "Ember Ceramics");
  const after = await row(page, "Ember Ceramics").boundingBox();
  assert.ok(Math.abs(before.y - after.y) < 2, JSON.stringify({ before, after }));
});

test("shows every retailer without JavaScript", async (t) => {
  const page = await open(t, { javaScriptEnabled: false });
  const names = await page.locator(".row b:first-child").allTextContents();
  assert.equal(new Set(names.filter((name) => !/day/.test(name))).size, 12);
  await page.locator("#people > details summary").click();
  for (const each of await page.locator(".who b").all()) assert.equal(await each.isVisible(), true);
  assert.equal(await page.locator(".rail").isVisible(), false);
  assert.equal(await page.locator("#bar").isVisible(), false);
  assert.equal(await page.getByRole("button").count(), 0);
  assert.equal(await page.locator("noscript p").isVisible(), true);
  assert.equal(address.startsWith("file:"), true);
});

test("prints the lists, or the retailer that is open", async (t) => {
  const page = await open(t, { colorScheme: "dark" }, "#journey=new");
  await page.emulateMedia({ media: "print" });
  for (const left of ["#bar", "#rail"]) assert.equal(await page.locator(left).isVisible(), false);
  assert.equal(await row(page, "Kestrel Audio").isVisible(), true);
  assert.equal(await row(page, "Granite Gear").count(), 0);
  const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.equal(paper, "rgb(255, 255, 255)");
  assert.equal((await page.pdf()).subarray(0, 5).toString(), "%PDF-");
  await page.emulateMedia({ media: "screen" });
  await openRetailer(page, "Kestrel Audio");
  await page.emulateMedia({ media: "print" });
  assert.equal(await panel(page).getByText("Checklist").isVisible(), true);
  assert.equal(await panel(page).getByRole("button").count(), 0);
  assert.equal(await page.locator("#page").isVisible(), false);
});
