// A board of 300 retailers, of which many are late.

import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAccessible, firstName, open, openRetailer, picture } from "./open.mjs";

for (const [size, viewport] of Object.entries({ wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } })) {
  for (const colorScheme of ["light", "dark"]) {
    test(`is accessible in ${colorScheme}, ${size}`, async (t) => {
      const page = await open(t, { viewport, colorScheme });
      await assertAccessible(page);
      await picture(page, `people-${size}-${colorScheme}`);
      await openRetailer(page, await firstName(page));
      await picture(page, `panel-${size}-${colorScheme}`);
      await page.keyboard.press("Escape");
      await page.getByText("By stage").click();
      await assertAccessible(page);
      await picture(page, `stages-${size}-${colorScheme}`);
    });
  }
}

test("late ones are counted beside each person, and filtered", async (t) => {
  const page = await open(t);
  const tile = page.locator("#tiles").getByRole("button", { name: /overdue$/ });
  const count = Number(await tile.locator("b").textContent());
  assert.ok(count > 100, `${count}`);
  await tile.click();
  await page.waitForFunction((count) => document.getElementById("shown").textContent === `${count} of 300 retailers shown`, count);
  for (const age of await page.locator(".list:visible").first().locator(".row:visible").all()) {
    assert.match(await age.locator(".age").textContent(), / overdue$/);
  }
});

test("prints", async (t) => {
  const page = await open(t, { viewport: { width: 794, height: 1123 } });
  await page.emulateMedia({ media: "print" });
  await picture(page, "print");
  assert.equal((await page.pdf()).subarray(0, 5).toString(), "%PDF-");
});
