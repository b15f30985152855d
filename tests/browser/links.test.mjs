// The board of files that are in a repository on a forge.

import assert from "node:assert/strict";
import { test } from "node:test";
import { open, openRetailer, picture } from "./open.mjs";

test("the commit, a file and its history are links", async (t) => {
  const page = await open(t);
  const commit = page.getByRole("banner").getByRole("link");
  const base = "https://github.com/acme/retailers";
  const id = (await commit.getAttribute("href")).replace(`${base}/commit/`, "");
  assert.match(id, /^[0-9a-f]{40}$/);
  assert.equal(await commit.textContent(), id.slice(0, 10));
  const panel = await openRetailer(page, "Granite Gear");
  const links = panel.locator(".links a");
  const found = await links.evaluateAll((all) => all.map((link) => link.href));
  assert.deepEqual(found, [
    `${base}/blob/${id}/retailers/granite-gear.yaml`,
    `${base}/commits/${id}/retailers/granite-gear.yaml`,
  ]);
  assert.equal(await panel.getByText("git log --patch -- retailers/granite-gear.yaml").isVisible(), true);
  await picture(page, "links");
});
