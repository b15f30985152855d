// A board of 5,000 retailers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { card, names, open, told } from "./open.mjs";

test("shows and filters all of them", async (t) => {
  const page = await open(t);
  assert.equal(await told(page), "5000 of 5000 retailers shown");
  await page.getByLabel("Search").fill("retailer 49");
  assert.equal(await told(page), "199 of 5000 retailers shown");
  await page.getByLabel("Search").fill("retailer 4999");
  assert.deepEqual(await names(page), ["Retailer 4999"]);
  await page.getByLabel("Search").fill("");
  await page.getByLabel("Waits for").selectOption("seko_hub");
  assert.equal(await told(page), `${process.env.HUB} of 5000 retailers shown`);
  await page.getByLabel("Journey").selectOption("existing");
  assert.equal(await told(page), "0 of 5000 retailers shown");
});

test("opens the checklist of the last one", async (t) => {
  const page = await open(t, {}, "#q=4998");
  const last = card(page, "Retailer 4998");
  await last.locator("summary").click();
  assert.match(await last.locator(".checklist li").first().textContent(), /[NE]1 /);
});
