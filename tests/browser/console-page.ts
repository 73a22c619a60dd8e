import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { TestStack } from '../helpers/stack.ts';

/** The browser and the tested system share the machine, so answers may be slow. */
export const PATIENCE = { timeout: 30_000 };

/** The console in a tab of its own, and what it complained of so far. */
export interface ConsolePage {
  readonly page: Page;
  /** Warnings and errors of the browser's console, failed requests, and requests to other hosts. */
  readonly complaints: string[];
  /** Goes to a view: the part of the address behind `#/`. */
  goTo(view: string): Promise<void>;
}

/** Opens the console. @param view the part of the address behind `#/` */
export async function openConsole(
  browser: Browser,
  { urls }: Pick<TestStack, 'urls'>,
  view = '',
  options: BrowserContextOptions = {},
): Promise<ConsolePage> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    reducedMotion: 'reduce',
    ...options,
  });
  context.setDefaultTimeout(PATIENCE.timeout);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('request', (request) => {
    if (!isAllowed(request.url(), request.method(), urls)) complaints.push(`elsewhere: ${request.url()}`);
  });
  await page.goto(`${urls.http}/#/${view}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  const goTo = async (next: string) => {
    await page.goto(`${urls.http}/#/${next}`);
  };
  return { page, complaints, goTo };
}

/** Everything is from the console's own origin, but for files that are put into the buckets for them. */
function isAllowed(url: string, method: string, urls: TestStack['urls']): boolean {
  const { protocol, origin, pathname } = new URL(url);
  if (origin === new URL(urls.http).origin || protocol === 'blob:') return true;
  const isForFiles = origin === new URL(urls.s3).origin && /^\/classifier-(raw|batches)\//.test(pathname);
  return isForFiles && ['PUT', 'OPTIONS'].includes(method);
}

/** Chooses a file for the view's drop zone, as the browser's own dialog would. */
export async function chooseFile(page: Page, name: string, content: string | Buffer): Promise<void> {
  const payload = { name, mimeType: 'text/csv', buffer: Buffer.from(content) };
  await page.locator('input[type=file]').first().setInputFiles(payload);
}

/** Drops a file on the view's drop zone. */
export async function dropFile(page: Page, name: string, text: string): Promise<void> {
  const [content, fileName] = [JSON.stringify(text), JSON.stringify(name)];
  const transfer = await page.evaluateHandle(`(() => {
    const data = new DataTransfer();
    data.items.add(new File([${content}], ${fileName}, { type: 'text/csv' }));
    return data;
  })()`);
  await page.locator('.drop').first().dispatchEvent('drop', { dataTransfer: transfer });
}

/**
 * Closes what a test opened: the browser first, then the system once its functions have nothing to do. A
 * request that is cut off while it reads the table would count as a failure of the run.
 */
export async function closeAll(browser: Browser | undefined, stack: TestStack | undefined): Promise<void> {
  await browser?.close();
  await stack?.lambda.idle();
  await stack?.dispose();
}
