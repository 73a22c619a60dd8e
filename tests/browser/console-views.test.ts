import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestStack } from '../helpers/stack.ts';
import { seriousFindings } from './axe.ts';
import { launchChromium } from './chromium.ts';
import { type ConsolePage, chooseFile, closeAll, openConsole } from './console-page.ts';
import { startFilledStack } from './console-stack.ts';
import { hostileCsv } from './console-tables.ts';
import { VIEWS } from './console-views.ts';

let stack: TestStack;
let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
  stack = await startFilledStack();
});
afterAll(async () => {
  await closeAll(browser, stack);
});

/** In both themes, which the same page shows one after the other. */
async function findings(page: Page): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    found[colorScheme] = await seriousFindings(page);
  }
  return found;
}

describe('axe-core finds nothing serious in either theme', () => {
  let opened: ConsolePage;
  beforeAll(async () => {
    opened = await openConsole(browser, stack);
  });
  afterAll(() => opened?.page.context().close());

  it.each(VIEWS)('in the view %j', async (view, whole) => {
    await opened.goTo(view);
    await whole(opened.page);
    expect(await findings(opened.page)).toEqual({ light: [], dark: [] });
  });

  it('in the upload view with a file', async () => {
    await opened.goTo('upload');
    await chooseFile(opened.page, 'hostile.csv', hostileCsv());
    await opened.page.getByRole('region', { name: 'First rows', exact: true }).waitFor();
    expect(await findings(opened.page)).toEqual({ light: [], dark: [] });
  });

  it.each(['Add alias to version 1', 'Add note of version 1'])('in the dialog %j', async (name) => {
    const { page, goTo } = opened;
    await goTo('models/hostile/versions');
    await page.getByRole('button', { name }).click();
    await page.getByRole('dialog').getByRole('textbox').first().waitFor();
    expect(await findings(page)).toEqual({ light: [], dark: [] });
    await page.getByRole('button', { name: 'Cancel' }).click();
  });
});

describe('every view', () => {
  it('fits a screen of 390 pixels in every view: only tables scroll sideways', async () => {
    const { page, goTo } = await openConsole(browser, stack, '', { viewport: { width: 390, height: 844 } });
    for (const [view, whole] of VIEWS) {
      await goTo(view);
      await whole(page);
      const widths = await page.evaluate<[number, number]>(
        '[document.documentElement.scrollWidth, window.innerWidth]',
      );
      expect(widths[0], view).toBeLessThanOrEqual(widths[1]);
    }
    await page.context().close();
  });

  it('would be found wanting if it were', async () => {
    const { page } = await openConsole(browser, stack);
    await page.evaluate("document.querySelector('h1').append(document.createElement('input'))");
    expect(await seriousFindings(page)).toEqual([expect.stringContaining('label h1 > input')]);
    await page.context().close();
  });
});
