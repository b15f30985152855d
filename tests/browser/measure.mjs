// Measures how long a board takes to open, to filter, to show the stages and to open a
// retailer: medians, until the picture is drawn.

import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const runs = 5;
const address = pathToFileURL(process.env.BOARD).href;
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });

/** Does something in the page, and returns how many milliseconds passed until it was drawn. */
function timed(page, act, argument) {
  return page.evaluate(
    ([act, argument]) =>
      new Promise((resolve) => {
        const started = performance.now();
        new Function("argument", act)(argument);
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - started)));
      }),
    [act, argument],
  );
}

const type = "const q = document.getElementById('q'); q.value = argument; q.dispatchEvent(new Event('input', { bubbles: true }));";
const click = "document.querySelector(argument).click();";
const steps = [
  ["search", type, "retailer-49"],
  ["search for all", type, ""],
  ["overdue alone", click, ".tile.overdue button"],
  ["all", click, ".tile:first-child button"],
  ["one person", click, "#rail button:nth-child(2)"],
  ["everybody", click, "#rail button:first-child"],
  ["open a retailer", click, "#people .row"],
  ["close it", click, "#panel .close"],
  ["stages, drawn", click, "input[value=stages]"],
  ["search in them", type, "retailer-49"],
  ["search for all", type, ""],
];
const figures = [["open", []], ...steps.map(([name]) => [name, []])];
for (let run = 0; run < runs; run += 1) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, bypassCSP: true });
  const page = await context.newPage();
  const started = performance.now();
  await page.goto(address);
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  figures[0][1].push(performance.now() - started);
  for (const [at, [, act, argument]] of steps.entries()) figures[at + 1][1].push(await timed(page, act, argument));
  await context.close();
}
await browser.close();
console.log("| what | seconds |\n|---|---|");
for (const [name, found] of figures) {
  const median = found.toSorted((one, other) => one - other)[Math.floor(runs / 2)];
  console.log(`| ${name} | ${(median / 1000).toFixed(2)} |`);
}
