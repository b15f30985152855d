// The board for everybody: without a mouse, with little room, with a screen reader.

import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAccessible, assertShown, assertTold, firstName, following, open, openRetailer, panel, picture } from "./open.mjs";

const sizes = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } };

for (const colorScheme of ["light", "dark"]) {
  for (const [size, viewport] of Object.entries(sizes)) {
    test(`is accessible in ${colorScheme}, ${size}`, async (t) => {
      const page = await open(t, { colorScheme, viewport });
      const check = async (name) => {
        await assertAccessible(page);
        const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(tooWide <= 0, `${name} is ${tooWide} pixels too wide`);
        await picture(page, `${name}-${size}-${colorScheme}`);
      };
      await check("people");
      await page.getByRole("navigation").getByRole("button").nth(1).click();
      await check("person");
      await openRetailer(page, await firstName(page));
      await panel(page).locator("summary").click();
      await check("panel");
      await panel(page).getByRole("button", { name: "Close" }).click();
      await page.getByRole("button", { name: "Show all" }).click();
      await page.getByText("By stage").click();
      await check("stages");
      await page.getByLabel("Search").fill("nobody is called so");
      await page.getByText("No retailer matches.").waitFor();
      await check("none");
    });
  }
}

test("is drawn for paper", async (t) => {
  const page = await open(t, { viewport: { width: 794, height: 1123 } });
  await page.emulateMedia({ media: "print" });
  await picture(page, "print");
  await page.emulateMedia({ media: "screen" });
  await openRetailer(page, await firstName(page));
  await page.emulateMedia({ media: "print" });
  await picture(page, "print-panel");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 794, `${wide}`);
});

test("can be used with the keyboard alone", async (t) => {
  const page = await open(t);
  const focused = (what) => page.evaluate((what) => document.activeElement[what] || document.activeElement.textContent, what);
  const tab = async (times = 1) => {
    for (let presses = 0; presses < times; presses += 1) await page.keyboard.press("Tab");
  };
  const isSeen = async () => {
    const style = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.notEqual(style, "none");
  };
  await tab();
  assert.equal(await focused("className"), "skip");
  await tab(4);
  assert.equal(await focused("textContent"), "Harbor Kids");
  await isSeen();
  const tiles = await page.locator("#tiles button").count();
  await tab(2);
  assert.equal(await focused("textContent"), "4 no credits");
  await isSeen();
  await page.keyboard.press("Enter");
  await assertTold(page, "4 of 12 retailers shown");
  await page.keyboard.press("Space");
  await assertTold(page, "12 of 12 retailers shown");
  // Past the other tiles to the choice of the view, which is one stop.
  await tab(tiles - 1);
  assert.equal(await focused("value"), "people");
  const around = await page.evaluate(() => getComputedStyle(document.activeElement.nextElementSibling).outlineStyle);
  assert.notEqual(around, "none");
  await page.keyboard.press("ArrowRight");
  await page.locator(".lane").first().waitFor();
  await page.keyboard.press("ArrowLeft");
  await tab();
  assert.equal(await focused("id"), "q");
  await page.keyboard.type("priya");
  await assertTold(page, "4 of 12 retailers shown");
  await tab();
  assert.equal(await focused("id"), "journey");
  await tab();
  assert.equal(await focused("id"), "reset");
  await tab();
  assert.match(await focused("textContent"), /^Everybody/);
  await isSeen();
  const people = await page.getByRole("navigation").getByRole("button").count();
  await tab(people);
  assert.match(await focused("textContent"), /^Harbor Kids/);
  await isSeen();
  // Up and down go from one retailer to the next, and stop at the ends.
  await page.keyboard.press("ArrowUp");
  assert.match(await focused("textContent"), /^Harbor Kids/);
  await page.keyboard.press("ArrowDown");
  assert.match(await focused("textContent"), /^Dune & Co/);
  await page.keyboard.press("Enter");
  assert.equal(await focused("id"), "panel-name");
  await tab(2);
  assert.equal(await focused("textContent"), "Copy");
  await isSeen();
  await page.keyboard.press("Escape");
  assert.equal(await panel(page).isVisible(), false);
  assert.match(await focused("textContent"), /^Dune & Co/);
});

test("on a small screen the panel covers the page, which is out of reach", async (t) => {
  const page = await open(t, { viewport: sizes.narrow });
  await openRetailer(page, "Granite Gear");
  const box = await panel(page).boundingBox();
  assert.deepEqual([box.x, box.y, box.width], [0, 0, 390]);
  assert.equal(await page.locator("#page").evaluate((page) => page.inert), true);
  await panel(page).getByRole("button", { name: "Close" }).click();
  assert.match(await page.evaluate(() => document.activeElement.textContent), /^Granite Gear/);
  // With more room it is beside the list again.
  await openRetailer(page, "Granite Gear");
  await page.setViewportSize(sizes.wide);
  await page.waitForFunction(() => !document.getElementById("page").inert);
});

test("the link past the controls leaves the filters as they are", async (t) => {
  const page = await open(t, { viewport: { width: 1280, height: 500 } }, "#journey=existing");
  await following(page.locator(".skip"), "click", () => page.locator(".skip").press("Enter"));
  assert.equal(await page.evaluate(() => document.activeElement.id), "list");
  assert.equal(await page.evaluate(() => location.hash), "#journey=existing");
  // Nothing that it leads to is below the controls.
  const bar = await page.locator("#bar").boundingBox();
  const heading = await page.locator(".list:visible h2").first().boundingBox();
  assert.ok(bar.y + bar.height <= heading.y + 1, JSON.stringify({ bar, heading }));
});

test("nothing moves for those who want no motion", async (t) => {
  const durations = async (reducedMotion) => {
    const page = await open(t, { reducedMotion });
    const found = await page.evaluate(() => [...document.querySelectorAll("*")].map((element) => getComputedStyle(element).transitionDuration));
    return [...new Set(found)];
  };
  assert.deepEqual(await durations("reduce"), ["0s"]);
  assert.equal((await durations("no-preference")).length, 2);
});

test("a screen reader hears how many are shown", async (t) => {
  const page = await open(t);
  const told = page.getByRole("status").first();
  await page.getByLabel("Search").fill("granite");
  await assertShown(page, ["Granite Gear"]);
  assert.equal(await told.textContent(), "1 of 12 retailers shown");
});
