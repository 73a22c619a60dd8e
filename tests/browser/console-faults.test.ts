import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REGISTRY_TABLE } from '../../lib/local/topology.ts';
import { RegistryTable } from '../../lib/registry/table.ts';
import { createToken } from '../../lib/registry/tokens.ts';
import type { Scope } from '../../lib/routes.ts';
import { startSeededStack } from '../helpers/seeded-stack.ts';
import type { TestStack } from '../helpers/stack.ts';
import { launchChromium } from './chromium.ts';
import { closeAll, openConsole } from './console-page.ts';

let stack: TestStack;
let browser: Browser;
let client: DynamoDBClient;

beforeAll(async () => {
  browser = await launchChromium();
  stack = await startSeededStack(true);
  client = new DynamoDBClient({ endpoint: stack.urls.dynamodb });
});
afterAll(async () => {
  client?.destroy();
  await closeAll(browser, stack);
});

async function tokenOf(scopes: readonly Scope[], expiresAtMs: number | null = null): Promise<string> {
  const request = { name: 'ada', scopes: [...scopes], expiresAtMs };
  const sources = { now: Date.now, randomBytes };
  return (await createToken(new RegistryTable(client, REGISTRY_TABLE), request, sources)).token;
}

/** Chromium itself logs every 4xx. */
const isOwnLog = (complaint: string) => /status of (401|403)/.test(complaint);

describe('where tokens are needed', () => {
  it('asks for one, shows whose it is and what it allows, and forgets it on a reload', async () => {
    const { page, complaints } = await openConsole(browser, stack);
    await page.getByLabel('Token', { exact: true }).fill(await tokenOf(['read', 'predict']));
    await page.getByRole('button', { name: 'Use this token' }).click();
    await page.getByRole('link', { name: 'penguins', exact: true }).waitFor();
    await page.getByText('ada predict, read').waitFor();
    await page.reload();
    await page.getByLabel('Token', { exact: true }).fill(await tokenOf(['read']));
    await page.getByLabel(/Keep it until this tab is closed/).check();
    await page.getByRole('button', { name: 'Use this token' }).click();
    await page.getByRole('link', { name: 'penguins', exact: true }).waitFor();
    await page.reload();
    await page.getByRole('link', { name: 'penguins', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Forget token' }).click();
    await page.getByLabel('Token', { exact: true }).waitFor();
    expect(complaints.filter((each) => !isOwnLog(each))).toEqual([]);
    await page.context().close();
  });

  it('says what a token lacks, and does not offer what it does not allow', async () => {
    const { page, complaints, goTo } = await openConsole(browser, stack, 'models/default/versions');
    await page.getByLabel('Token', { exact: true }).fill(await tokenOf(['read']));
    await page.getByRole('button', { name: 'Use this token' }).click();
    await page.getByRole('region', { name: 'Versions' }).waitFor();
    await goTo('models/default/predict');
    await page.getByText('The token does not allow predictions').waitFor();
    await goTo('upload');
    await page.getByText('a token needs the scope upload or admin').waitFor();
    await goTo('operation');
    await page.getByText(/needs a token with the scope "metrics"/).waitFor();
    expect(complaints.filter((each) => !isOwnLog(each))).toEqual([]);
    await page.context().close();
  });

  it('asks for another when a token expires', async () => {
    const { page, complaints } = await openConsole(browser, stack, 'models/default/versions');
    const expiresAtMs = Date.now() + 6000;
    await page.getByLabel('Token', { exact: true }).fill(await tokenOf(['read'], expiresAtMs));
    await page.getByRole('button', { name: 'Use this token' }).click();
    await page.getByRole('region', { name: 'Versions' }).waitFor();
    await new Promise((resolve) => setTimeout(resolve, expiresAtMs - Date.now() + 200));
    await page.getByRole('link', { name: 'Decisions' }).click();
    await page.getByText(/The token is unknown, expired or revoked/).waitFor();
    expect(complaints.filter((each) => !isOwnLog(each))).toEqual([]);
    await page.context().close();
  });
});

describe('an API that does not answer', () => {
  it('is said, and what was shown stays; it goes on by itself once the API answers', async () => {
    const { page, goTo } = await openConsole(browser, stack, 'models/default/versions');
    await page.getByLabel('Token', { exact: true }).fill(await tokenOf(['read']));
    await page.getByRole('button', { name: 'Use this token' }).click();
    await page.getByRole('region', { name: 'Versions' }).waitFor();
    await page.context().setOffline(true);
    await goTo('models/default/decisions');
    await page.getByText(/The API does not answer. What you see may be old/).waitFor();
    await page.context().setOffline(false);
    await page.getByRole('list', { name: 'Decisions, newest first' }).waitFor();
    await expect.poll(() => page.getByText(/The API does not answer/).count(), { timeout: 30_000 }).toBe(0);
    await page.context().close();
  });
});
