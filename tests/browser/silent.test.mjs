// A board for which the returns were counted, too.

import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAccessible, assertTold, open, openRetailer, picture, row } from "./open.mjs";

test("who is silent has a mark and a tile, and the panel says since when", async (t) => {
  const page = await open(t);
  const tile = page.locator("#tiles").getByRole("button", { name: /silent$/ });
  const count = await tile.locator("b").textContent();
  assert.ok(Number(count) > 0, count);
  await tile.click();
  await assertTold(page, `${count} of 12 retailers shown`);
  for (const each of await page.locator("#list .row:visible").all()) {
    assert.match(await each.locator(".who").textContent(), / silent/);
  }
  // One that is done otherwise is not folded away then.
  await row(page, "Juniper Home").waitFor();
  const panel = await openRetailer(page, "Granite Gear");
  assert.match(await panel.textContent(), /0 returns since 2026-11-02; silent for \d+ days/);
  await assertAccessible(page);
  await picture(page, "silent");
});
