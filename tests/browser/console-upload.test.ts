import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestStack, type TestStack } from '../helpers/stack.ts';
import { launchChromium } from './chromium.ts';
import { chooseFile, closeAll, dropFile, openConsole } from './console-page.ts';
import { irisCsv, semicolonCsv } from './console-tables.ts';

let stack: TestStack;
let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
  stack = await startTestStack();
});
afterAll(async () => {
  await closeAll(browser, stack);
});

const contractOf = async (model: string) =>
  ((await (await fetch(`${stack.urls.http}/models/${model}/contract`)).json()) as { contract: unknown })
    .contract;

describe('a table dropped on the console', () => {
  it('begins with a welcome, and makes a model of the bundled iris that answers', async () => {
    const { page, complaints } = await openConsole(browser, stack);
    await page.getByRole('heading', { name: 'It becomes a model' }).waitFor();
    await page.getByRole('button', { name: /^Iris/ }).click();
    await page.getByText(/150 rows.*predict/).waitFor();
    expect(await page.getByLabel('Predict').inputValue()).toBe('species');
    await page.getByRole('button', { name: 'Train a model' }).click();
    await page.getByText('Version 1 answers now.').waitFor();
    await page.getByRole('region', { name: 'Values of the columns' }).waitFor();
    await page.getByRole('link', { name: 'Ask it' }).click();
    await page.getByRole('button', { name: 'Predict', exact: true }).click();
    await page.locator('.prediction').waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('shows how a file with semicolons and decimal commas is read, and trains it', async () => {
    const { page, complaints } = await openConsole(browser, stack);
    await dropFile(page, 'Iris Europe.csv', semicolonCsv());
    await page.getByText(/150 rows/).waitFor();
    expect(await page.getByLabel('Model', { exact: true }).inputValue()).toBe('iris-europe');
    expect(await page.getByLabel('Delimiter').inputValue()).toBe(';');
    expect(await page.getByLabel('Decimal mark').inputValue()).toBe(',');
    const rows = page.getByRole('region', { name: 'First rows, as they were read' }).locator('tbody tr');
    expect(await rows.first().locator('td').allTextContents()).toEqual([
      'setosa',
      '5.1',
      '3.5',
      '1.4',
      '0.2',
    ]);
    await page.getByRole('button', { name: 'Train a model' }).click();
    await page.getByText('Version 1 answers now.').waitFor();
    expect(await contractOf('iris-europe')).toBeNull();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('takes another label and another kind, and keeps both in schema.json', async () => {
    const { page, complaints } = await openConsole(browser, stack, 'upload');
    const text = irisCsv()
      .split('\n')
      .filter((line) => line !== '')
      .map((line, at) => `${line},${at === 0 ? 'site' : ['north', 'south'][at % 2]}`)
      .join('\n');
    await chooseFile(page, 'wrong-label.csv', text);
    await page.getByText(/150 rows/).waitFor();
    await page.getByLabel('Predict').selectOption('site');
    await page.getByText(/would predict site/).waitFor();
    await page.getByLabel('species is taken as').selectOption('ignored');
    await page.getByText('4 columns to predict from').waitFor();
    await page.getByText('Your changes go into schema.json').waitFor();
    await page.getByLabel('Predict').selectOption('species');
    await page.getByText(/would predict species/).waitFor();
    await page.getByLabel('site is taken as').selectOption('ignored');
    await page.getByRole('button', { name: 'Train a model' }).click();
    await page.getByText('Version 1 answers now.').waitFor();
    expect(await contractOf('wrong-label')).toEqual({ label: 'species', ignore: ['site'] });
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
