// The board of a project that replaces texts to send: one by nothing.

import assert from "node:assert/strict";
import { test } from "node:test";
import { open, openRetailer } from "./open.mjs";

test("a text that is empty is left out, and every retailer opens", async (t) => {
  const page = await open(t, { viewport: { width: 800, height: 900 } });
  await page.locator("summary").click();
  const names = new Set(await page.locator(".who b").allTextContents());
  assert.equal(names.size, 12);
  for (const name of names) {
    const shown = await openRetailer(page, name);
    const hasText = await shown.getByText("Text to send").count();
    if (name === "Ember Ceramics") assert.equal(hasText, 0);
    await shown.getByRole("button", { name: "Close" }).click();
  }
});
