import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VersionSummary } from '../../lib/http/schemas/models-api.ts';
import { startSeededStack } from '../helpers/seeded-stack.ts';
import { eventually, type TestStack } from '../helpers/stack.ts';
import { launchChromium } from './chromium.ts';
import { closeAll, openConsole, PATIENCE } from './console-page.ts';
import { irisCsv } from './console-tables.ts';

let stack: TestStack;
let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
  stack = await startSeededStack();
  const fewer = irisCsv().split('\n').toSpliced(5, 1).join('\n');
  await fetch(`${stack.urls.s3}/classifier-raw/fewer.csv`, { method: 'PUT', body: fewer });
  await eventually('version 2 as the champion', async () => ((await championOf()) === 2 ? true : undefined));
});
afterAll(async () => {
  await closeAll(browser, stack);
});

async function championState(): Promise<{ champion: number | null; decision: number }> {
  const answer = await fetch(`${stack.urls.http}/models/default/champion`);
  return (await answer.json()) as { champion: number | null; decision: number };
}
const championOf = async () => (await championState()).champion;

/** Decides as another client does. */
async function makeChampion(version: number): Promise<void> {
  const { decision } = await championState();
  const answer = await fetch(`${stack.urls.http}/models/default/champion`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ version, decision, reason: 'another client' }),
  });
  expect(answer.status).toBe(200);
}

const versionNumbered = (version: number): VersionSummary => ({
  version,
  model_version: `v${version}`,
  registered_at: '2026-01-02T03:04:05.000Z',
  macro_f1: 0.9,
  gate_passed: version % 5 !== 0,
  retired: version < 100,
  champion: false,
  waiting: version % 7 === 0,
  aliases: version % 11 === 0 ? ['canary', `a-${'n'.repeat(30)}`] : [],
  tags: version % 3 === 0 ? ['reviewed', 't'.repeat(64)] : [],
  note: version % 4 === 0 ? `<b>${'long words '.repeat(90)}` : '',
  dataset_sha256: 'a'.repeat(64),
  artifact_sha256: 'b'.repeat(64),
  source_key: `penguins/${'n'.repeat(128)}.csv`,
});

/** The row of a version. Its text is no mark of it: ".csv" and "1 Dec" side by side are another "v1". */
const rowOf = (rows: Locator, version: number) =>
  rows.filter({ has: rows.page().getByRole('link', { name: `v${version}`, exact: true }) });

/** Decides by the dialog that is open. */
async function decide(page: Page, button: string, reason: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^Reason/).fill(reason);
  await dialog.getByRole('button', { name: button }).click();
}

describe('the versions of a model', () => {
  it('stand side by side, with what differs', async () => {
    const { page, complaints } = await openConsole(browser, stack, 'models/default/versions');
    await page.getByLabel('Compare version 1').check();
    await page.getByLabel('Compare version 2').check();
    await page.getByRole('button', { name: 'Compare two' }).click();
    await page.getByText('They were trained on different data sets.').waitFor();
    await page
      .getByRole('region', { name: 'Settings', exact: true })
      .first()
      .getByText('No difference')
      .waitFor();
    const data = page.getByRole('region', { name: 'Data', exact: true }).first();
    await data.getByText('rows.accepted').waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('roll back and are promoted with a reason; the second of two tabs is told that the first decided', async () => {
    const first = await openConsole(browser, stack, 'models/default/versions');
    const second = await openConsole(browser, stack, 'models/default/versions');
    await second.page.getByRole('button', { name: 'Roll back to version 1' }).click();

    await first.page.getByRole('button', { name: 'Roll back to version 1' }).click();
    await decide(first.page, 'Roll back to version 1', 'v2 is worse on virginica');
    await first.page.getByText('Version 1: done.').waitFor();
    expect(await championOf()).toBe(1);
    await first.page.getByRole('button', { name: 'Promote version 2' }).click();
    await decide(first.page, 'Promote version 2', 'it was not');
    await expect.poll(championOf, { timeout: 30_000 }).toBe(2);
    expect(first.complaints).toEqual([]);

    await decide(second.page, 'Roll back to version 1', 'mine is better');
    const dialog = second.page.getByRole('dialog');
    await dialog.getByText(/rolled back to v2.*: it was not$/).waitFor();
    expect(await championOf()).toBe(2);
    expect(second.complaints.splice(0)).toEqual([expect.stringContaining('409 (Conflict)')]);
    await dialog.getByRole('button', { name: 'I have seen it: decide anyway' }).click();
    await decide(second.page, 'Roll back to version 1', 'mine is better');
    await second.page.getByText('Version 1: done.').waitFor();
    expect(await championOf()).toBe(1);

    await second.goTo('models/default/decisions');
    const reasons = second.page.getByRole('list', { name: 'Decisions, newest first' }).locator('li');
    await reasons.first().getByText('mine is better').waitFor();
    expect(await reasons.count()).toBe(5);
    expect(second.complaints).toEqual([]);
    await first.page.context().close();
    await second.page.context().close();
  });

  it('are not older than the decision that they stand under, when one falls while they are requested', async () => {
    const { page, complaints, goTo } = await openConsole(browser, stack, 'models/default');
    if ((await championOf()) !== 1) await makeChampion(1);
    let isDecided = false;
    const listed = page.waitForResponse(/versions\?limit/, { timeout: 2000 }).catch(() => undefined);
    await page.route('**/models/default/champion', async (route) => {
      if (!isDecided) {
        isDecided = true;
        // A list that is requested at the same time has its answer before the decision.
        await listed;
        await makeChampion(2);
      }
      await route.continue();
    });
    await goTo('models/default/versions');
    const rows = page.getByRole('region', { name: 'Versions' }).locator('tbody tr');
    await rowOf(rows, 2).getByText('champion', { exact: true }).waitFor();
    expect(isDecided).toBe(true);
    await makeChampion(1);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('get aliases, which move and are taken away, and answer by them', async () => {
    const { page, complaints, goTo } = await openConsole(browser, stack, 'models/default/versions');
    const rows = page.getByRole('region', { name: 'Versions' }).locator('tbody tr');
    const give = async (version: number, reason: string) => {
      await page.getByRole('button', { name: `Add alias to version ${version}` }).click();
      const dialog = page.getByRole('dialog');
      const button = dialog.getByRole('button', { name: `Give version ${version} an alias` });
      await dialog.getByLabel('Reason').fill(reason);
      for (const wrong of ['', 'Canary', 'v2', 'champion', '../x', 'a b']) {
        await dialog.getByLabel('Alias', { exact: true }).fill(wrong);
        expect(await button.isDisabled(), wrong).toBe(true);
      }
      await dialog.getByLabel('Alias', { exact: true }).fill('canary');
      await button.click();
      await rowOf(rows, version).getByText('canary').waitFor();
      await expect.poll(() => rows.getByText('canary').count(), PATIENCE).toBe(1);
    };
    await give(2, 'a tenth of the requests');
    const retire = page.getByRole('button', { name: 'Retire version 2' });
    expect(await retire.isDisabled()).toBe(true);
    await give(1, 'the others first');
    expect(await retire.isDisabled()).toBe(false);
    const body = JSON.stringify({ features: [5.1, 3.5, 1.4, 0.2] });
    const asked = await fetch(`${stack.urls.http}/models/default/predict?alias=canary`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(await asked.json()).toMatchObject({ model_version: 'v1' });

    await page.getByRole('button', { name: 'Take the alias canary from version 1' }).click();
    await decide(page, 'Take the alias canary from version 1', 'nobody asks by it');
    await expect.poll(() => rows.getByText('canary').count(), PATIENCE).toBe(0);
    await goTo('models/default/decisions');
    await page.getByText('nobody asks by it').waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('have a note and tags; who writes second sees what the first wrote', async () => {
    const first = await openConsole(browser, stack, 'models/default/versions');
    const second = await openConsole(browser, stack, 'models/default/versions');
    for (const { page } of [first, second]) {
      await page.getByRole('button', { name: 'Add note of version 1' }).click();
      await page.getByLabel('Note', { exact: true }).waitFor();
    }
    const write = async (page: Page, note: string, tags: string) => {
      await page.getByLabel('Note', { exact: true }).fill(note);
      await page.getByLabel('Tags, between spaces').fill(tags);
      await page.getByRole('button', { name: 'Save' }).click();
    };
    await write(first.page, '<b>Checked by Ann.\nTwice.', 'reviewed,  by:ann');
    const row = first.page.getByRole('region', { name: 'Versions' }).locator('tbody tr').last();
    await row.getByText('<b>Checked by Ann. Twice.', { exact: true }).waitFor();
    await row.getByText('by:ann, reviewed', { exact: true }).waitFor();

    await write(second.page, 'Checked by Bo.', 'no good tag!');
    const dialog = second.page.getByRole('dialog');
    await dialog.getByRole('alert').waitFor();
    await write(second.page, 'Checked by Bo.', 'reviewed');
    await dialog.getByText('<b>Checked by Ann. Twice. · by:ann reviewed').waitFor();
    await dialog.getByRole('button', { name: 'I have seen it: replace it by mine' }).click();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await second.page.getByText('Checked by Bo.', { exact: true }).waitFor();

    await second.page.getByRole('button', { name: 'Edit note of version 1' }).click();
    expect(await second.page.getByLabel('Note', { exact: true }).inputValue()).toBe('Checked by Bo.');
    await write(second.page, '', '');
    await second.page.getByRole('button', { name: 'Add note of version 1' }).waitFor();
    expect(first.complaints).toEqual([]);
    expect(second.complaints).toEqual([
      expect.stringContaining('400 (Bad Request)'),
      expect.stringContaining('409 (Conflict)'),
    ]);
    await first.page.context().close();
    await second.page.context().close();
  });

  it('are taken out of use for good, after a confirmation that can be left', async () => {
    const { page, complaints } = await openConsole(browser, stack, 'models/default/versions');
    await page.getByRole('button', { name: 'Retire version 2' }).click();
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    await page.getByRole('button', { name: 'Retire version 2' }).click();
    await page.getByRole('dialog').getByText('Version 2 can never answer again').waitFor();
    await decide(page, 'Retire version 2', 'it is not needed');
    await page.getByText('retired', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Retire version 2' }).count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('are listed a page at a time where there are 500', async () => {
    const { page, complaints } = await openConsole(browser, stack, 'models/penguins');
    await page.route('**/models/penguins/versions?*', (route) => {
      const before = Number(new URL(route.request().url()).searchParams.get('before') ?? 501);
      const versions = Array.from({ length: 50 }, (_, at) => versionNumbered(before - 1 - at));
      return route.fulfill({ json: { versions, next: before > 51 ? String(before - 50) : null } });
    });
    await page.getByRole('link', { name: 'Versions' }).click();
    const rows = page.getByRole('region', { name: 'Versions' }).locator('tbody tr');
    await expect.poll(() => rows.count(), PATIENCE).toBe(50);
    // v495 is tagged, and v484 has aliases and a note, whose markup is text.
    await rowOf(rows, 495).getByText('reviewed').waitFor();
    const named = rowOf(rows, 484);
    await named.getByText('canary', { exact: true }).waitFor();
    await named.getByText('<b>long words').waitFor();
    expect(await named.getByRole('button', { name: 'Retire' }).isDisabled()).toBe(true);
    const chart = page.getByRole('img', { name: /^Macro-F1 by version: v451 0\.900, / });
    expect(await chart.locator('circle').count()).toBe(50);
    await rowOf(rows, 490).getByText('waits for approval').waitFor();
    for (let shown = 100; shown <= 500; shown += 50) {
      await page.getByRole('button', { name: 'Show older versions' }).click();
      await expect.poll(() => rows.count(), PATIENCE).toBe(shown);
    }
    expect(await page.getByRole('button', { name: 'Show older versions' }).count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('show how good they are, and where they come from', async () => {
    const { page, complaints, goTo } = await openConsole(browser, stack, 'models/penguins');
    await page.getByText('Predicts species, one of 3 classes, from 6 columns').waitFor();
    await page
      .getByRole('region', { name: 'Lineage' })
      .getByText(/^penguins\/penguins\.csv/)
      .waitFor();
    await goTo('models/penguins/quality');
    await page.getByRole('region', { name: 'Confusion matrix' }).waitFor();
    expect(await page.getByRole('img', { name: /^Share right by confidence/ }).count()).toBe(1);
    expect(await page.getByRole('img', { name: /^Macro-F1 by number of neighbours/ }).count()).toBe(1);
    await goTo('operation');
    await page.getByText('GET /models/{model}', { exact: true }).waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
