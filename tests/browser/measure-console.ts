/**
 * `node tests/browser/measure-console.ts`: how the console loads, and what it takes from a CSV on the desktop
 * to the first answer. It needs Chromium, and the functions built (`npm run build`).
 */
import type { Browser } from 'playwright-core';
import { startSeededStack } from '../helpers/seeded-stack.ts';
import type { TestStack } from '../helpers/stack.ts';
import { launchChromium } from './chromium.ts';
import { dropFile, openConsole } from './console-page.ts';
import { penguinsCsv } from './console-tables.ts';

const LOADS = 7;

interface Load {
  /** Compressed bytes of the page and what it loads before it is usable, and their number. */
  readonly sizeBytes: number;
  readonly files: number;
  readonly firstPaintMs: number;
  /** Everything that the first view shows is there. */
  readonly wholeMs: number;
}

/** Counts what a person does with the mouse: real clicks, and files that are dropped. */
const COUNT = `(() => {
  window.done = { clicks: 0, drops: 0 };
  addEventListener('click', ({ isTrusted }) => { if (isTrusted) window.done.clicks++; }, true);
  addEventListener('drop', () => { window.done.drops++; }, true);
})()`;

const browser = await launchChromium();
const stack = await startSeededStack();
const loads: Load[] = [];
// The first load starts the functions; it is not counted.
for (let at = 0; at <= LOADS; at++) loads.push(await load(browser, stack));
const counted = loads.slice(1);
const median = (of: (load: Load) => number) =>
  counted.map(of).toSorted((a, b) => a - b)[Math.floor(LOADS / 2)]!;
console.log(`first load       ${counted[0]!.sizeBytes} bytes compressed in ${counted[0]!.files} files`);
console.log(
  `first paint      ${Math.round(median(({ firstPaintMs }) => firstPaintMs))} ms; the page is drawn by its script, so it can be used from then on`,
);
console.log(
  `models are shown ${Math.round(median(({ wholeMs }) => wholeMs))} ms (median of ${LOADS}, cache empty)`,
);
console.log(await firstAnswer(browser, stack));
await stack.dispose();
await browser.close();

async function load(chromium: Browser, { urls }: TestStack): Promise<Load> {
  const context = await chromium.newContext();
  const page = await context.newPage();
  await page.goto(`${urls.http}/`);
  await page.locator('.tile .headline').nth(1).waitFor();
  const measured = await page.evaluate<Load>(`(() => {
    const wholeMs = performance.now();
    const isOwn = ({ name }) => /\\/console\\/|\\/$/.test(new URL(name).pathname);
    const files = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].filter(isOwn);
    const [paint] = performance.getEntriesByName('first-contentful-paint');
    return {
      wholeMs,
      firstPaintMs: paint.startTime,
      files: files.length,
      sizeBytes: files.reduce((sum, file) => sum + file.encodedBodySize, 0),
    };
  })()`);
  await context.close();
  return measured;
}

/** Drops a table and asks its model: what a person does, and how long the system takes for it. */
async function firstAnswer(chromium: Browser, system: TestStack): Promise<string> {
  const { page } = await openConsole(chromium, system);
  await page.evaluate(COUNT);
  const startMs = performance.now();
  await dropFile(page, 'birds.csv', penguinsCsv());
  await page.getByRole('button', { name: 'Train a model' }).click();
  await page.getByRole('link', { name: 'Ask it' }).click();
  await page.getByRole('button', { name: 'Predict', exact: true }).click();
  await page.locator('.prediction').waitFor();
  const seconds = (performance.now() - startMs) / 1000;
  const { clicks, drops } = await page.evaluate<{ clicks: number; drops: number }>('window.done');
  return `first answer     ${drops} drop and ${clicks} clicks, nothing typed, ${seconds.toFixed(1)} s from the drop of penguins.csv`;
}
