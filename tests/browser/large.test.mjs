// A board of 5,000 retailers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { assertShown, assertTold, card, open, toggle } from "./open.mjs";

test("shows and filters all of them", async (t) => {
  const page = await open(t);
  await assertTold(page, "5000 of 5000 retailers shown");
  await page.getByLabel("Search").fill("retailer 49");
  await assertTold(page, "199 of 5000 retailers shown");
  await page.getByLabel("Search").fill("retailer 4999");
  await assertShown(page, ["Retailer 4999"]);
  await page.getByLabel("Search").fill("");
  await page.getByLabel("Waits for").selectOption("seko_hub");
  await assertTold(page, `${process.env.HUB} of 5000 retailers shown`);
  await page.getByLabel("Journey").selectOption("existing");
  await assertTold(page, "0 of 5000 retailers shown");
});

test("opens the checklist of the last one", async (t) => {
  const page = await open(t, {}, "#q=4998");
  const last = card(page, "Retailer 4998");
  await toggle(last);
  assert.match(await last.locator(".checklist li").first().textContent(), /[NE]1 /);
});
