// A board for which no system was asked.

import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAccessible, card, open, toggle } from "./open.mjs";

test("says so, and shows what people stated", async (t) => {
  const page = await open(t);
  assert.match(await page.locator(".notice").textContent(), /^No system was asked/);
  assert.equal(await page.locator(".banner").count(), 0);
  // Nothing is said of settings: neither that they are right nor that none is wrong.
  assert.deepEqual(await page.locator(".totals dt").allTextContents(), ["retailers", "live"]);
  assert.equal(await page.locator(".badge").count(), 0);
  const cobalt = card(page, "Cobalt Cycles");
  await toggle(cobalt);
  const steps = await cobalt.locator(".checklist li").allTextContents();
  assert.match(steps[4], /N5 .*not known · not looked at/);
  assert.match(steps.at(-1), /N10 .*done · 2026-09-01/);
  await assertAccessible(page);
});
