import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestStack } from '../helpers/stack.ts';
import { launchChromium } from './chromium.ts';
import { chooseFile, closeAll, openConsole } from './console-page.ts';
import { startFilledStack } from './console-stack.ts';
import { HOSTILE_HEADERS, HOSTILE_LABELS, hostileCsv } from './console-tables.ts';
import { predictOnce } from './console-views.ts';

let stack: TestStack;
let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
  stack = await startFilledStack();
});
afterAll(async () => {
  await closeAll(browser, stack);
});

describe('hostile names and labels', () => {
  it('stand in every view as they are written, and nothing of them runs', async () => {
    const { page, complaints, goTo } = await openConsole(browser, stack, 'upload');
    await chooseFile(page, 'hostile.csv', hostileCsv());
    const rows = page.getByRole('region', { name: 'First rows', exact: true });
    await rows.waitFor();
    for (const header of HOSTILE_HEADERS) await rows.getByText(header, { exact: true }).waitFor();
    await goTo('models/hostile/quality');
    const classes = page.getByRole('region', { name: 'By class' }).first();
    for (const label of HOSTILE_LABELS) await classes.getByText(label, { exact: true }).waitFor();
    await goTo('models/hostile/predict');
    for (const header of HOSTILE_HEADERS) await page.getByLabel(header, { exact: true }).waitFor();
    await predictOnce(page);
    const bars = page.getByRole('list', { name: 'Probability of each class' });
    for (const label of HOSTILE_LABELS) await bars.getByText(label, { exact: true }).waitFor();
    await goTo('models/hostile');
    await page.getByRole('region', { name: 'What it is asked with' }).first().waitFor();
    expect(await page.locator('main script, main img, main b[onmouseover]').count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

describe('very large', () => {
  it('a model of 999 columns and one of 26 classes are shown in part, and asked as a whole', async () => {
    const { page, complaints, goTo } = await openConsole(browser, stack, 'models/wide/predict');
    await page.getByLabel('Find a column').fill('measure_999');
    await page.getByLabel('measure_999', { exact: true }).fill('3');
    await page.getByRole('button', { name: 'Predict', exact: true }).click();
    await page.locator('.prediction').waitFor();
    expect(await page.locator('.field').count()).toBe(1);
    await goTo('models/letters/quality');
    const matrix = page.getByRole('region', { name: 'Confusion matrix' });
    await matrix.waitFor();
    expect(await matrix.locator('tbody tr').count()).toBe(26);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
