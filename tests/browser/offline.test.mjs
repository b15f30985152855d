// A board for which no system was asked.

import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAccessible, open, panel } from "./open.mjs";

test("says so, and shows what people stated", async (t) => {
  const page = await open(t);
  assert.match(await page.locator(".notice").textContent(), /^No system was read/);
  assert.equal(await page.locator(".alarm").count(), 0);
  // Nothing is said of settings: neither that they are right nor that none is wrong.
  assert.deepEqual(await page.locator("#tiles span").allTextContents(), ["retailers", "live"]);
  assert.equal(await page.locator(".mark").count(), 0);
  await page.locator("summary").click();
  await page.locator(".row", { hasText: "Cobalt Cycles" }).click();
  await panel(page).locator("summary").click();
  const steps = await panel(page).locator(".checklist li").allTextContents();
  assert.match(steps[0], /N5 .*not known · not checked/);
  assert.match(steps.at(-1), /N10 .*done · 2026-09-01/);
  await assertAccessible(page);
});
