import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearerToken } from '../helpers/api-tokens.ts';
import { startSeededStack } from '../helpers/seeded-stack.ts';
import type { TestStack } from '../helpers/stack.ts';
import { launchChromium } from './chromium.ts';
import { chooseFile, closeAll, dropFile, openConsole } from './console-page.ts';
import { irisCsv, semicolonCsv } from './console-tables.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

/** What a link of the page gives, asked for outside of it: results lie in a bucket that answers no page. */
async function linked(page: Page, name: string): Promise<string> {
  const url = await page.getByRole('link', { name }).getAttribute('href');
  const answer = await fetch(url!);
  expect(answer.status).toBe(200);
  return await answer.text();
}

describe('a file answered whole', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startSeededStack();
  });
  afterAll(() => closeAll(undefined, stack));

  it('comes back with a prediction beside each row, in the way it was written', async () => {
    const { page, complaints } = await openConsole(browser, stack, 'models/default/batches');
    await dropFile(page, 'rows.csv', irisCsv().replace('5.1,3.5', 'wide,3.5'));
    await page.getByText('149 rows predicted; 1 could not be.').waitFor();
    const [header, first, second] = (await linked(page, 'Download the predictions')).split('\n');
    expect(header).toBe('sepal_length,sepal_width,petal_length,petal_width,species,prediction,confidence');
    expect(first).toBe('wide,3.5,1.4,0.2,setosa,,');
    expect(second).toMatch(/^4\.9,3,1\.4,0\.2,setosa,setosa,0\.\d+$|^4\.9,3\.0,1\.4,0\.2,setosa,setosa,\d/);
    expect(await linked(page, 'Rows that could not be predicted')).toContain('wide');
    expect(JSON.parse(await linked(page, 'Report'))).toMatchObject({ model: 'default' });

    await page.getByRole('link', { name: 'All batches' }).click();
    const list = page.getByRole('region', { name: 'Batches', exact: true });
    await list.getByText('rows.csv').waitFor();
    expect(await list.locator('tbody tr').first().textContent()).toContain('done');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('has what was chosen beside it', async () => {
    const { page, complaints } = await openConsole(browser, stack, 'models/default/batches?version=1');
    await page.getByLabel('with the probability of each class').check();
    await page.getByLabel('with how unusual each row is').check();
    await chooseFile(page, 'europe.csv', semicolonCsv());
    await page.getByText('150 rows predicted.').waitFor();
    const [header = ''] = (await linked(page, 'Download the predictions')).split('\n');
    expect(header).toContain(';prediction;confidence');
    expect(header).toContain('novelty');
    expect(header).toMatch(/setosa/);
    await page.getByText('of each class').waitFor();

    await page.getByRole('link', { name: 'All batches' }).click();
    await page.getByLabel('Result as').selectOption('parquet');
    await chooseFile(page, 'europe.csv', semicolonCsv());
    await page.getByText('150 rows predicted.').waitFor();
    expect(await linked(page, 'Download the predictions')).toMatch(/^PAR1/);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('is refused with the reason where it lacks a column, and by its name before anything is sent', async () => {
    const { page } = await openConsole(browser, stack, 'models/default/batches');
    await chooseFile(page, 'other.csv', 'a,b\n1,2\n3,4\n');
    await page.getByText('refused', { exact: true }).waitFor();
    await page.getByText(/sepal_length/).waitFor();
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
    await page.getByRole('link', { name: 'All batches' }).click();
    await chooseFile(page, 'table.xlsx', 'PK');
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).toContain('xlsx');
    await page.context().close();
  });
});

describe('with a token that may only read', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startSeededStack(true);
  });
  afterAll(() => closeAll(undefined, stack));

  it('no file can be sent, and it is said why', async () => {
    const { page } = await openConsole(browser, stack, 'models/default/batches');
    const token = (await bearerToken(stack, ['read'])).replace('Bearer ', '');
    await page.getByLabel('Token', { exact: true }).fill(token);
    await page.getByRole('button', { name: 'Use this token' }).click();
    await page.getByText(/a token needs the scope/).waitFor();
    expect(await page.locator('input[type=file]').count()).toBe(0);
    await page.context().close();
  });
});
