// A board whose alarm names only the first retailers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { assertTold, open } from "./open.mjs";

test("the others of an alarm are shown whatever was chosen", async (t) => {
  const page = await open(t);
  const alarm = page.getByRole("region", { name: "Customers of 9 retailers get no credits" });
  for (const hash of ["", "#view=stages"]) {
    await page.evaluate((hash) => (location.hash = hash), hash);
    await page.getByLabel("Search").fill("Mara");
    await page.getByLabel("Journey").selectOption("new");
    await assertTold(page, "1 of 10 retailers shown");
    await alarm.getByRole("link", { name: "and 3 more" }).click();
    await assertTold(page, "9 of 10 retailers shown");
  }
  assert.equal(await page.evaluate(() => location.hash), "#view=stages&show=no-credits");
});
