import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestStack, type TestStack } from '../helpers/stack.ts';
import { launchChromium } from './chromium.ts';
import { chooseFile, closeAll, openConsole } from './console-page.ts';
import { irisCsv } from './console-tables.ts';

let stack: TestStack;
let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
  stack = await startTestStack();
});
afterAll(async () => {
  await closeAll(browser, stack);
});

describe('a table with faults', () => {
  it('says before it is sent why a file would be refused, and the offered button mends it', async () => {
    const { page, complaints } = await openConsole(browser, stack, 'upload');
    await chooseFile(page, 'latin.csv', Buffer.from(irisCsv().replaceAll('setosa', 'sétosa'), 'latin1'));
    await page.getByRole('alert', { name: 'Refusal' }).waitFor();
    expect(await page.getByRole('button', { name: 'Train a model' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Apply "encoding": "windows-1252"' }).click();
    await page.getByText(/150 rows/).waitFor();
    await page.getByRole('region', { name: 'Classes' }).getByText('sétosa').waitFor();
    await page.getByRole('button', { name: 'Train a model' }).click();
    await page.getByText('Version 1 answers now.').waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('says after it was sent why a file was refused, and the offered button has it read again', async () => {
    const { page, complaints, goTo } = await openConsole(browser, stack, 'upload');
    // The beginning, which a preview reads, is faultless.
    const note = 'long note '.repeat(60);
    const rows = Array.from(
      { length: 2000 },
      (_, at) => `${(at % 3) * 10 + (at % 7)},${note},${'abc'[at % 3]}`,
    );
    const text = ['size,note,label', ...rows, `1,${note},é`, `2,${note},é`, ''].join('\n');
    await chooseFile(page, 'late.csv', Buffer.from(text, 'latin1'));
    await page.getByText(/Of the first mebibyte/).waitFor();
    await page.getByRole('button', { name: 'Train a model' }).click();
    const refusal = page.getByRole('alert', { name: 'Refusal' });
    await refusal.waitFor();
    expect(await refusal.textContent()).toContain('line 2002');
    await refusal.getByRole('button', { name: 'Apply "encoding": "windows-1252"' }).click();
    await page.getByText('Version 1 answers now.').waitFor();
    // Both are there later, too, each with its report.
    await goTo('models/late/uploads');
    await page.getByRole('link', { name: 'late/late.csv' }).last().click();
    await page
      .getByRole('alert', { name: 'Refusal' })
      .getByText(/line 2002/)
      .waitFor();
    await goTo('models/late/uploads');
    await page.getByRole('link', { name: 'late/late.csv' }).first().click();
    await page.getByRole('region', { name: 'Values of the columns' }).waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('offers a likelier label where the last column cannot be one', async () => {
    const { page, complaints } = await openConsole(browser, stack, 'upload');
    const [head = '', ...rows] = irisCsv().trim().split('\n');
    const noted = rows.map((row, at) => `${row},${at % 50 === 0 ? 'checked' : ''}`);
    await chooseFile(
      page,
      'noted.csv',
      [`${head.replace('species', 'kind_of')},note`, ...noted, ''].join('\n'),
    );
    const refusal = page.getByRole('alert', { name: 'Refusal' });
    await refusal.getByRole('button', { name: 'Predict kind_of instead' }).click();
    await page.getByText(/150 rows.*predict kind_of/).waitFor();
    expect(await page.getByLabel('Predict').inputValue()).toBe('kind_of');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('shows rows that were left out with line, column and value, and all of them as a file', async () => {
    const { page, complaints } = await openConsole(browser, stack, 'upload');
    await chooseFile(page, 'rejects.csv', irisCsv().replace('5.1,', '"=5,1",').replace('4.9,', 'abc,'));
    await page.getByText(/148 rows, 2 rows left out/).waitFor();
    await page.getByRole('button', { name: 'Train a model' }).click();
    await page.getByText(/148 rows taken, 2 left out/).waitFor();
    const left = page.getByRole('region', { name: 'Rows left out', exact: true });
    await left.getByText('=5,1').waitFor();
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download all of them' }).click(),
    ]);
    expect(saved.suggestedFilename()).toBe('rejects.csv');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('is told of a faulty schema.json, which is replaced when the file is sent', async () => {
    const put = { method: 'PUT', body: '{"label": 1}' };
    await fetch(`${stack.urls.s3}/classifier-raw/faulty/schema.json`, put);
    const { page, complaints } = await openConsole(browser, stack, 'upload');
    await chooseFile(page, 'faulty.csv', irisCsv());
    await page.getByRole('heading', { name: 'schema.json of this model is faulty' }).waitFor();
    await page.getByRole('button', { name: 'Train a model' }).click();
    await page.getByText('Version 1 answers now.').waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
