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

test("a text is copied as it is printed", async (t) => {
  const page = await open(t, { permissions: ["clipboard-read", "clipboard-write"] });
  const shown = await openRetailer(page, "Lumen Lighting");
  const copy = async (name) => {
    await shown.getByRole("button", { name }).click();
    await page.getByText("Copied.").waitFor();
    return page.evaluate(() => navigator.clipboard.readText());
  };
  const [subject, ...text] = process.env.MESSAGE.trimEnd().split("\n");
  assert.equal(subject, "Subject: Lumen Lighting");
  assert.equal(`Subject: ${await copy("Copy subject")}`, subject);
  assert.equal(await copy("Copy text"), text.join("\n").replace(/^\n+/, ""));
  assert.match(await shown.locator(".message").textContent(), /send\u200f this/);
});
