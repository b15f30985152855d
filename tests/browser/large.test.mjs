// A board of 5,000 retailers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { assertShown, assertTold, open, panel } from "./open.mjs";

test("shows and filters all of them", async (t) => {
  const page = await open(t);
  await assertTold(page, "5000 of 5000 retailers shown");
  await page.getByLabel("Search").fill("retailer 49");
  await assertTold(page, "199 of 5000 retailers shown");
  await page.getByLabel("Search").fill("retailer-4998");
  await assertTold(page, "1 of 5000 retailers shown");
  await page.getByLabel("Search").fill("");
  const hub = page.getByRole("navigation").getByRole("button", { name: /^SEKO hub/ });
  await hub.click();
  await assertTold(page, `${process.env.HUB} of 5000 retailers shown`);
  await page.getByLabel("Journey").selectOption("existing");
  await assertTold(page, "0 of 5000 retailers shown");
});

test("shows all of them by stage", async (t) => {
  const page = await open(t, {}, "#view=stages");
  await assertTold(page, "5000 of 5000 retailers shown");
  assert.equal(await page.locator(".chip").count(), 5000);
  await page.getByLabel("Search").fill("retailer-4998");
  await assertShown(page, ["Retailer 4998"]);
});

test("opens the last one", async (t) => {
  const page = await open(t, {}, "#open=retailer-4998");
  assert.match(await panel(page).locator(".checklist").last().locator("li").first().textContent(), /[NE]1 /);
});
