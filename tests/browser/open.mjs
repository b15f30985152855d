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
 * but what is expected to. With `now`, the browser's clock stands there.
 */
export async function open(t, options = {}, hash = "", expected = undefined, now = undefined) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  if (now !== undefined) await page.clock.setFixedTime(now);
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

/** The names in the lists that are shown, from top to bottom. */
export function names(page) {
  return page.locator("#list .row:visible b:first-child, #list .chip:visible b").evaluateAll((all) =>
    all.filter((name) => !name.closest(".age")).map((name) => name.textContent),
  );
}

/** Waits until the names in the lists that are shown are these. */
export function assertShown(page, expected) {
  return eventually(() => names(page), expected);
}

/** Waits until the live region tells this. */
export function assertTold(page, text) {
  return eventually(() => page.locator("#shown").textContent(), text);
}

/** Waits until what is read is what is expected: the page hears of some events only later. */
async function eventually(read, expected) {
  for (let tries = 0; tries < 100; tries += 1) {
    if (isDeepStrictEqual(await read(), expected)) return;
    await setTimeout(50);
  }
  assert.deepEqual(await read(), expected);
}

/** Opens a retailer, and returns the panel. */
export async function openRetailer(page, name) {
  await row(page, name).click();
  await page.getByRole("heading", { level: 2, name, exact: true }).waitFor();
  return panel(page);
}

/** The panel beside the lists. */
export function panel(page) {
  return page.locator("#panel");
}

/** The first name in the lists that are shown. */
export function firstName(page) {
  return page.locator("#list .row:visible b").first().textContent();
}

/** The first row of a retailer. */
export function row(page, name) {
  return page.locator("#list .row:visible, #list .chip:visible", { has: page.getByText(name, { exact: true }) }).first();
}

/** Keeps a picture where `RECONCILE_PICTURES` names a folder for them, so that people can look. */
export async function picture(page, name) {
  const folder = process.env.RECONCILE_PICTURES;
  if (folder) await page.screenshot({ path: `${folder}/${process.env.NAME}-${name}.png` });
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
