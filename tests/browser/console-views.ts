import type { Page } from 'playwright-core';

/** Every view, each with something that is there once it is whole. */
export const VIEWS: readonly (readonly [view: string, whole: (page: Page) => Promise<unknown>])[] = [
  ['', (page) => page.locator('.tile .headline').first().waitFor()],
  ['upload', (page) => page.getByText('Choose a file').waitFor()],
  ['models/hostile', (page) => page.getByRole('region', { name: 'Quality gate' }).waitFor()],
  ['models/hostile/predict', predictOnce],
  ['models/hostile/batches', (page) => page.getByRole('region', { name: 'Batches' }).waitFor()],
  ['models/hostile/quality', (page) => page.getByRole('region', { name: 'By class' }).first().waitFor()],
  ['models/hostile/versions', (page) => page.getByRole('region', { name: 'Versions' }).waitFor()],
  [
    'models/hostile/compare?a=1&b=1',
    (page) => page.getByRole('region', { name: 'Schema' }).first().waitFor(),
  ],
  [
    'models/hostile/decisions',
    (page) => page.getByRole('list', { name: 'Decisions, newest first' }).waitFor(),
  ],
  ['models/hostile/uploads', (page) => page.getByRole('region', { name: 'Uploads' }).waitFor()],
  ['models/none', (page) => page.getByRole('alert').waitFor()],
  [
    'operation?model=penguins',
    async (page) => {
      await page.getByRole('region', { name: 'Requests' }).first().waitFor();
      await page.getByRole('list', { name: 'Dead letters, newest first' }).waitFor();
      await page.getByText('drifted').first().waitFor();
      await page.getByText('computed, not billed').waitFor();
    },
  ],
];

/** Asks with the values that the form begins with. */
export async function predictOnce(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Predict', exact: true }).click();
  await page.getByRole('region', { name: 'Nearest rows', exact: true }).waitFor();
}
