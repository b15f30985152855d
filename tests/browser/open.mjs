// Opens a board in a real browser, and says what the tests need of it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after } from "node:test";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { chromium } from "playwright-core";

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
after(() => browser.close());

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The address of the board under test. */
export const address = pathToFileURL(process.env.BOARD).href;

/**
 * Opens the board; closing it checks that nothing was asked for, and that nothing went wrong
 * but what is expected to.
 */
export async function open(t, options = {}, hash = "", expected = undefined) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const asked = [];
  const wrong = [];
  page.on("request", (request) => asked.push(request.url()));
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  page.on("dialog", (dialog) => wrong.push(dialog.message()));
  await page.goto(address + hash);
  t.after(async () => {
    assert.deepEqual(asked.filter((url) => !url.startsWith(address)), [], "requests");
    assert.deepEqual(wrong.filter((said) => !expected?.test(said)), [], "errors");
    assert.equal(wrong.length > 0, expected !== undefined, "the error that is expected");
    await context.close();
  });
  return page;
}

/** Fails when axe-core finds a violation. */
export async function assertAccessible(page) {
  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate(() => globalThis.axe.run());
  assert.ok(passes.length > 10, "axe-core looked at the page");
  const said = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
  assert.deepEqual(said, []);
}

/** Waits until the names on the cards that are shown are these. */
export function assertShown(page, names) {
  return eventually(() => page.locator(".cards > li:not([hidden]) .name").allTextContents(), names);
}

/** Waits until the live region tells this. */
export function assertTold(page, text) {
  return eventually(() => page.locator("[role=status]").textContent(), text);
}

/** Waits until what is read is what is expected: the page hears of some events only later. */
async function eventually(read, expected) {
  for (let tries = 0; tries < 100; tries += 1) {
    if (isDeepStrictEqual(await read(), expected)) return;
    await setTimeout(50);
  }
  assert.deepEqual(await read(), expected);
}

/** Opens or closes a card, and waits until the page has heard of it. */
export function toggle(card) {
  return following(card.locator("details"), "toggle", () => card.locator("summary").click());
}

/** Does something, and waits until the page has heard the event that follows. */
export async function following(target, event, act) {
  const heard = await target.evaluateHandle(
    (target, event) => ({ event: new Promise((resolve) => target.addEventListener(event, () => resolve(), { once: true })) }),
    event,
  );
  await act();
  await heard.evaluate(({ event }) => event);
}

/** The card of a retailer. */
export function card(page, name) {
  return page.locator(".cards > li", { has: page.getByText(name, { exact: true }) });
}
