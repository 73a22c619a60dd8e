import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSeededStack } from '../helpers/seeded-stack.ts';
import type { TestStack } from '../helpers/stack.ts';
import { seriousFindings } from './axe.ts';
import { launchChromium } from './chromium.ts';
import { closeAll, openConsole } from './console-page.ts';
import { drift, failForGood } from './console-stack.ts';

let stack: TestStack;
let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
  stack = await startSeededStack();
  await drift(stack);
});
afterAll(async () => {
  await closeAll(browser, stack);
});

describe('the operation of the system', () => {
  it('draws how a column of recent predictions differs from its training data', async () => {
    const { page, complaints } = await openConsole(browser, stack, 'operation');
    const models = page.getByRole('region', { name: 'Models' }).first();
    await models.getByRole('link', { name: /\d columns/ }).click();
    await page.getByText('not like the training data').waitFor();
    const mass = page.getByRole('listitem').filter({ hasText: 'body_mass_g' });
    await mass.getByText('drifted').waitFor();
    const drawn = await mass.getByRole('img').getAttribute('aria-label');
    const [trained = 0, live = 0] = [...drawn!.matchAll(/from ([\d.]+)/g)].map(([, from]) => Number(from));
    expect(live).toBeGreaterThan(trained);
    const islands = page.getByRole('list', { name: 'Categories of island' });
    expect(await islands.getByRole('listitem').first().textContent()).toMatch(/Torgersen.*15\.1%.*90\.0%/);
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByLabel('Model', { exact: true }).selectOption('default');
    await page.getByText(/Not compared yet/).waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('says what the month has cost so far, and that this is computed', async () => {
    const { page, complaints } = await openConsole(browser, stack, 'operation');
    const costs = page.getByRole('region', { name: 'Cost so far this month' }).first();
    await costs.getByText('computed, not billed').waitFor();
    expect(
      await costs
        .getByText(/^\$0\.\d+|under \$/)
        .first()
        .textContent(),
    ).toMatch(/\$0\.\d{2,4}$/);
    await costs
      .getByText(/GB-second/)
      .first()
      .waitFor();
    await costs.getByText(/Not in it: what is stored/).waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('shows what failed for good, why, and what to do', async () => {
    const { page, complaints, goTo } = await openConsole(browser, stack, 'operation');
    await page.getByText(/Nothing: every event was done/).waitFor();
    await failForGood(stack);
    await goTo('');
    await goTo('operation');
    const letters = page.getByRole('list', { name: 'Dead letters, newest first' });
    await letters.getByText('hostile/%ZZ.csv').waitFor();
    await letters.getByText(/URIError/).waitFor();
    await letters.getByText(/upload the file again/).waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

describe('a model', () => {
  it('says what matters to its answers', async () => {
    const { page, complaints } = await openConsole(browser, stack, 'models/default/quality');
    const matters = page.getByRole('region', { name: 'What matters' });
    await matters.getByRole('listitem').first().waitFor();
    expect(await matters.getByRole('listitem').first().textContent()).toMatch(/^petal_length0\.\d{3}$/);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('says how its newest file was understood, with the report of it', async () => {
    const { page, complaints } = await openConsole(browser, stack, 'models/penguins');
    const understood = page.getByRole('region', { name: 'How its file was understood' });
    await understood.getByText('CSV, utf-8, separated by comma').waitFor();
    await understood.getByText('species, because of its name').waitFor();
    await understood.getByRole('link').click();
    await page.getByRole('region', { name: 'Values of the columns' }).waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
