import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearerToken } from '../helpers/api-tokens.ts';
import { startSeededStack } from '../helpers/seeded-stack.ts';
import type { TestStack } from '../helpers/stack.ts';
import { launchChromium } from './chromium.ts';

/** The browser and the tested system share the machine, so answers may be slow. */
const PATIENCE = { timeout: 30_000 };

let stack: TestStack;
let guarded: TestStack | undefined;
let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
  stack = await startSeededStack();
});
afterAll(async () => {
  await browser?.close();
  await stack?.dispose();
  await guarded?.dispose();
});

/** The page, and its warnings, errors and requests to other origins so far. */
async function openDocs({ urls }: TestStack): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`));
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol !== 'data:' && origin !== new URL(urls.http).origin)
      complaints.push(`elsewhere: ${request.url()}`);
  });
  await page.goto(`${urls.http}/docs`);
  await page.getByRole('heading', { name: /Classifier API/ }).waitFor();
  return { page, complaints };
}

async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` });
}

/** `npm run test:browser`: runs in a real browser, which `npm test` does not need. */
describe('the page at /docs', () => {
  it('shows every operation, from its own origin only and without a complaint', async () => {
    const { page, complaints } = await openDocs(stack);
    await page.locator('.opblock').first().waitFor();
    const document = (await (await fetch(`${stack.urls.http}/openapi.json`)).json()) as {
      paths: Record<string, object>;
    };
    const operations = Object.values(document.paths).flatMap((methods) => Object.keys(methods));
    expect(await page.locator('.opblock').count()).toBe(operations.length);
    await shoot(page, 'docs');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('tries a prediction and shows its answer', async () => {
    const { page, complaints } = await openDocs(stack);
    const operation = page.locator('#operations-Predictions-predict');
    await operation.locator('.opblock-summary-control').click();
    await operation.getByRole('button', { name: 'Try it out' }).click();
    await operation.getByRole('button', { name: 'Execute' }).click();
    const answer = operation.locator('.live-responses-table .response');
    await answer.waitFor();
    expect(await answer.locator('.response-col_status').textContent()).toMatch(/^200/);
    expect(JSON.parse((await answer.locator('code').first().textContent()) ?? '')).toMatchObject({
      prediction: 'setosa',
      model_version: 'v1',
    });
    await answer.scrollIntoViewIfNeeded();
    await shoot(page, 'tried');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('sends the token that a person enters, where one is required', async () => {
    guarded = await startSeededStack(true);
    const { page, complaints } = await openDocs(guarded);
    const operation = page.locator('#operations-Predictions-predict');
    await operation.locator('.opblock-summary-control').click();
    await operation.getByRole('button', { name: 'Try it out' }).click();
    await operation.getByRole('button', { name: 'Execute' }).click();
    const status = operation.locator('.live-responses-table .response .response-col_status');
    await expect.poll(() => status.textContent(), PATIENCE).toMatch(/^401/);
    // Chromium itself logs every 4xx.
    expect(complaints.splice(0)).toEqual([expect.stringContaining('401 (Unauthorized)')]);

    const token = (await bearerToken(guarded, ['predict'])).replace('Bearer ', '');
    await page.getByRole('button', { name: 'Authorize' }).first().click();
    const dialog = page.locator('.modal-ux');
    await dialog.getByLabel('Value').fill(token);
    await shoot(page, 'authorize');
    await dialog.getByRole('button', { name: 'Apply credentials' }).click();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await operation.getByRole('button', { name: 'Execute' }).click();
    await expect.poll(() => status.textContent(), PATIENCE).toMatch(/^200/);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
