/**
 * `npm run screenshots -- <folder>`: pictures of every view of the console, 1280 and 390 pixels wide, light
 * and dark, to look at one by one. `npm run screenshots -- --readme` draws those of the documents anew. It
 * needs Chromium, and the functions built (`npm run build`).
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { bearerToken } from '../helpers/api-tokens.ts';
import { startSeededStack } from '../helpers/seeded-stack.ts';
import { startTestStack, type TestStack } from '../helpers/stack.ts';
import { launchChromium } from './chromium.ts';
import { chooseFile, openConsole } from './console-page.ts';
import { startFilledStack } from './console-stack.ts';
import { hostileCsv, irisCsv, penguinsCsv, semicolonCsv } from './console-tables.ts';
import { type Picture, seen } from './picture.ts';
import { STATE_PICTURES } from './state-pictures.ts';

async function predict(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Predict', exact: true }).click();
  await page.getByRole('region', { name: 'Nearest rows', exact: true }).waitFor();
}

async function train(page: Page): Promise<void> {
  await chooseFile(page, 'birds.csv', penguinsCsv().replace('39.1', 'n.a. 39').replace('39.5', '=1+1'));
  await page.getByRole('button', { name: 'Train a model' }).click();
  await seen(page, /answers now|It is version/);
  await page.getByRole('region', { name: 'Values of the columns' }).waitFor();
}

const PICTURES: readonly Picture[] = [
  { name: 'home', view: '', ready: (page) => seen(page, /drift in/) },
  {
    name: 'upload-preview',
    view: 'upload',
    ready: async (page) => {
      await chooseFile(page, 'iris-europe.csv', semicolonCsv());
      await page.getByRole('region', { name: 'First rows', exact: true }).waitFor();
    },
  },
  {
    name: 'upload-hostile',
    view: 'upload',
    ready: async (page) => {
      await chooseFile(page, 'hostile.csv', hostileCsv());
      await page.getByRole('region', { name: 'First rows', exact: true }).waitFor();
    },
  },
  {
    name: 'upload-refused',
    view: 'upload',
    ready: async (page) => {
      await chooseFile(page, 'latin.csv', Buffer.from(irisCsv().replaceAll('setosa', 'sétosa'), 'latin1'));
      await page.getByRole('alert', { name: 'Refusal' }).waitFor();
    },
  },
  { name: 'upload-done', view: 'upload', ready: train },
  {
    name: 'predict-empty',
    view: 'models/default/predict',
    ready: (page) => seen(page, 'The answer comes here'),
  },
  { name: 'predict', view: 'models/penguins/predict', ready: predict },
  { name: 'predict-hostile', view: 'models/hostile/predict', ready: predict },
  {
    name: 'batches',
    view: 'models/hostile/batches',
    ready: (page) => page.getByRole('region', { name: 'Batches' }).waitFor(),
  },
  {
    name: 'one-batch',
    view: 'models/hostile/batches',
    ready: async (page) => {
      await page.getByRole('link', { name: /onerror/ }).click();
      await page.getByRole('link', { name: 'Download the predictions' }).waitFor();
    },
  },
  { name: 'overview', view: 'models/penguins', ready: (page) => seen(page, 'Quality gate') },
  { name: 'quality', view: 'models/default/quality', ready: (page) => seen(page, 'How it was chosen') },
  {
    name: 'quality-letters',
    view: 'models/letters/quality',
    ready: (page) => seen(page, 'How it was chosen'),
  },
  {
    name: 'quality-hostile',
    view: 'models/hostile/quality',
    ready: (page) => seen(page, 'How it was chosen'),
  },
  { name: 'versions', view: 'models/default/versions', ready: (page) => seen(page, 'Compare two') },
  {
    name: 'dialog',
    view: 'models/default/versions',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Roll back to version 1' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'dialog-alias',
    view: 'models/default/versions',
    ready: async (page) => {
      await page.getByRole('button', { name: 'Add alias to version 1' }).click();
      await page.getByLabel('Alias', { exact: true }).fill('canary');
    },
  },
  {
    name: 'dialog-note',
    view: 'models/default/versions',
    ready: async (page) => {
      await page.getByRole('button', { name: /note of version 1$/ }).click();
      await page.getByLabel('Note', { exact: true }).fill('Checked by Ann.');
    },
  },
  { name: 'compare', view: 'models/default/compare?a=1&b=2', ready: (page) => seen(page, 'Schema') },
  {
    name: 'decisions',
    view: 'models/default/decisions',
    ready: (page) => page.locator('.timeline li').first().waitFor(),
  },
  { name: 'uploads', view: 'models/hostile/uploads', ready: (page) => seen(page, 'What became of it') },
  {
    name: 'one-upload',
    view: 'models/hostile/uploads',
    ready: async (page) => {
      await page.getByRole('link', { name: 'hostile/hostile.csv' }).click();
      await page.getByRole('region', { name: 'Values of the columns' }).waitFor();
    },
  },
  { name: 'missing', view: 'models/none', ready: (page) => page.getByRole('alert').waitFor() },
  {
    name: 'operation',
    view: 'operation?model=penguins',
    ready: async (page) => {
      await seen(page, /became the champion/);
      await seen(page, 'Cold starts');
      await page.locator('.drifted').first().waitFor();
      await seen(page, 'GB-second');
    },
  },
];

/** A system without any model. */
const EMPTY_PICTURES: readonly Picture[] = [
  { name: 'empty-home', view: '', ready: (page) => seen(page, 'No table at hand?') },
  { name: 'empty-operation', view: 'operation', ready: (page) => seen(page, 'Cold starts') },
];

const THEMES = ['light', 'dark'] as const;
const WIDTHS = [1280, 390] as const;

const [target = '', only = ''] = process.argv.slice(2);
const browser = await launchChromium();
if (target === '--readme') await drawReadme(browser);
else if (target === '') throw new Error('screenshots: expected a folder to write to, or --readme');
else await drawAll(browser, target, only);
await browser.close();

async function drawAll(chromium: Browser, folder: string, wanted: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  if (wanted === '' || wanted === 'empty') await drawEmpty(chromium, folder);
  if (wanted === '' || wanted === 'token') await drawToken(chromium, folder);
  const stack = await startFilledStack();
  try {
    const pictures = [...PICTURES, ...STATE_PICTURES].filter(({ name }) => name.startsWith(wanted));
    for (const picture of pictures)
      for (const width of WIDTHS) await drawThemes(chromium, stack, picture, width, folder);
  } finally {
    await stack.dispose();
  }
}

/** The view is brought to its state once; the theme is changed in place. */
async function drawThemes(
  chromium: Browser,
  stack: TestStack,
  { name, view, ready }: Picture,
  width: number,
  folder: string,
): Promise<void> {
  const viewport = { width, height: width === 390 ? 844 : 900 };
  const { page, complaints } = await openConsole(chromium, stack, view, { viewport });
  try {
    await ready(page);
  } catch (error) {
    await page.screenshot({ path: join(folder, `${name}-failed.png`), fullPage: true });
    console.log(`${name}: ${(error as Error).message}; see ${name}-failed.png; ${complaints.join('; ')}`);
    await page.context().close();
    return;
  }
  for (const colorScheme of THEMES) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true });
  }
  if (complaints.length > 0) console.log(`${name}: ${complaints.join('; ')}`);
  await page.context().close();
}

async function drawEmpty(chromium: Browser, folder: string): Promise<void> {
  const stack = await startTestStack();
  for (const picture of EMPTY_PICTURES)
    for (const width of WIDTHS) await drawThemes(chromium, stack, picture, width, folder);
  await stack.dispose();
}

/** What is shown without a token, and with one that allows little. */
async function drawToken(chromium: Browser, folder: string): Promise<void> {
  // The token is put into the laptop's own table: never with a developer's profile.
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  const stack = await startSeededStack(true);
  const token = (await bearerToken(stack, ['read'])).replace('Bearer ', '');
  const withToken = (name: string, view: string, text: string | RegExp): Picture => ({
    name,
    view,
    ready: async (page) => {
      await page.getByLabel('Token', { exact: true }).fill(token);
      await page.getByRole('button', { name: 'Use this token' }).click();
      await seen(page, text);
    },
  });
  const pictures: readonly Picture[] = [
    { name: 'token', view: '', ready: (page) => seen(page, 'A token is needed') },
    withToken('token-predict', 'models/default/predict', 'The token does not allow predictions'),
    withToken('token-upload', 'upload', /a token needs the scope/),
    withToken('token-operation', 'operation', /became the champion/),
    withToken('token-versions', 'models/default/versions', 'Compare two'),
  ];
  for (const picture of pictures)
    for (const width of WIDTHS) await drawThemes(chromium, stack, picture, width, folder);
  await stack.dispose();
}

/** Two pictures for README.md, small: what would be understood of a file, and an answer with its reasons. */
async function drawReadme(chromium: Browser): Promise<void> {
  const stack = await startSeededStack();
  const draw = async (name: string, view: string, ready: (page: Page) => Promise<unknown>) => {
    const options = { viewport: { width: 1040, height: 700 }, deviceScaleFactor: 0.75 };
    const { page } = await openConsole(chromium, stack, view, options);
    await ready(page);
    await page.evaluate('window.scrollTo(0, 0)');
    await page.screenshot({
      path: fileURLToPath(new URL(`../../functions/console/${name}.png`, import.meta.url)),
    });
    await page.context().close();
  };
  await draw('home', '', (page) =>
    page
      .getByText(/this year/)
      .nth(1)
      .waitFor(),
  );
  await draw('predict', 'models/penguins/predict', predict);
  await stack.dispose();
}
