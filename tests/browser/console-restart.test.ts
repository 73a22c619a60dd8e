import { once } from 'node:events';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newFolder, type Started, start } from '../helpers/npm-start.ts';
import { launchChromium } from './chromium.ts';
import { PATIENCE } from './console-page.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

const originOf = ({ urls }: Started) => new URL(urls.Health).origin;

async function stop({ process: child }: Started, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const closed = once(child, 'close');
  child.kill(signal);
  await closed;
}

const NO_ANSWER = /The API does not answer/;

describe('a page whose server stops and comes back', () => {
  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'says so by itself, keeps what it shows, and goes on by itself after %s',
    async (signal) => {
      const folder = await newFolder();
      const first = await start(folder);
      const origin = originOf(first);
      const page = await browser.newPage();
      page.setDefaultTimeout(PATIENCE.timeout);
      await page.goto(`${origin}/#/models/default`);
      const gate = page.getByRole('region', { name: 'Quality gate' });
      await gate.waitFor();
      await stop(first, signal);
      await page.getByText(NO_ANSWER).waitFor();
      expect(await gate.isVisible()).toBe(true);
      await page.getByRole('link', { name: 'Decisions' }).click();
      await page.getByRole('heading', { name: 'The API does not answer' }).waitFor();
      const again = await start(folder, '--port', new URL(origin).port);
      expect(originOf(again)).toBe(origin);
      await page.getByRole('list', { name: 'Decisions, newest first' }).waitFor();
      await expect.poll(() => page.getByText(NO_ANSWER).count(), PATIENCE).toBe(0);
      await page.close();
      await stop(again, 'SIGTERM');
    },
  );
});
