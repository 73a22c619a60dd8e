import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSeededStack } from '../helpers/seeded-stack.ts';
import type { TestStack } from '../helpers/stack.ts';
import { launchChromium } from './chromium.ts';
import { chooseFile, closeAll, openConsole, PATIENCE } from './console-page.ts';
import { irisCsv } from './console-tables.ts';

let stack: TestStack;
let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
  stack = await startSeededStack();
});
afterAll(async () => {
  await closeAll(browser, stack);
});

describe('asking a model', () => {
  it('fills the form with a real row, answers with its reasons, and takes the true label back once', async () => {
    const { page, complaints } = await openConsole(browser, stack, 'models/penguins/predict');
    const length = page.getByLabel('bill_length_mm', { exact: true });
    const before = await length.inputValue();
    expect(Number(before)).toBeGreaterThan(30);
    await page.getByLabel('island', { exact: true }).selectOption('Biscoe');
    await page.getByRole('button', { name: 'Fill with a real row' }).click();
    await page.getByRole('button', { name: 'Predict', exact: true }).click();
    const label = (await page.locator('.prediction').textContent())!;
    expect(['Adelie', 'Chinstrap', 'Gentoo']).toContain(label);
    await page.getByText(/answers like this one were right \d+ of \d+ times/).waitFor();
    expect(await page.getByRole('list', { name: 'Probability of each class' }).locator('li').count()).toBe(3);
    const nearest = page.getByRole('region', { name: 'Nearest rows of the data' });
    expect(await nearest.locator('tbody tr').first().textContent()).toContain(label);

    await page.getByLabel('What it really was').fill('Gentoo');
    await page.getByRole('button', { name: 'Send the true label' }).click();
    await page.getByText('Recorded. Thank you.').waitFor();
    await page.getByRole('button', { name: 'Send the true label' }).click();
    await page.getByText('It was recorded before.').waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('says what is unusual about a row, and which field is wrong', async () => {
    const { page, complaints } = await openConsole(browser, stack, 'models/default/predict');
    await page.getByLabel('petal_width', { exact: true }).fill('90');
    await page.getByRole('button', { name: 'Predict', exact: true }).click();
    await page.getByText(/Nothing in the training data is like this row/).waitFor();
    expect(complaints).toEqual([]);
    await page.getByLabel('petal_width', { exact: true }).fill('wide');
    await page.getByRole('button', { name: 'Predict', exact: true }).click();
    await expect
      .poll(() => page.getByLabel('petal_width', { exact: true }).getAttribute('aria-invalid'), PATIENCE)
      .toBe('true');
    // Chromium itself logs every 4xx.
    expect(complaints).toEqual([expect.stringContaining('400 (Bad Request)')]);
    await page.context().close();
  });

  it('gives the same call as code that gets the same answer', async () => {
    const { page } = await openConsole(browser, stack, 'models/default/predict', {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await page.getByRole('button', { name: 'Predict', exact: true }).click();
    const label = (await page.locator('.prediction').textContent())!;
    await page.getByText('JavaScript', { exact: true }).click();
    await page.getByRole('button', { name: 'Copy the call in JavaScript' }).click();
    await page.getByText('Copied').waitFor();
    const code = await page.evaluate<string>('navigator.clipboard.readText()');
    const said: unknown[] = [];
    const run = new Function('console', `return (async () => { ${code} })();`) as (
      log: object,
    ) => Promise<void>;
    await run({ log: (answer: unknown) => said.push(answer) });
    expect(said).toMatchObject([{ prediction: label, model_version: 'v1' }]);
    await page.context().close();
  });

  it('answers many rows, and gives them back with their answers', async () => {
    const { page, complaints } = await openConsole(browser, stack, 'models/default/predict');
    await chooseFile(page, 'rows.csv', irisCsv());
    await page.getByText('150 rows answered').waitFor();
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download the answers' }).click(),
    ]);
    const lines = readFileSync(await saved.path(), 'utf8')
      .trim()
      .split('\r\n');
    expect(lines).toHaveLength(151);
    expect(lines[0]).toBe('sepal_length,sepal_width,petal_length,petal_width,species,prediction,confidence');
    expect(lines[1]).toMatch(/^5\.1,3\.5,1\.4,0\.2,setosa,setosa,0\.\d+$/);

    await page.getByLabel('Or paste rows').fill('a,b\n1,2');
    await page.getByRole('button', { name: 'Predict all' }).click();
    await page.getByText('The table has no column sepal_length').waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
