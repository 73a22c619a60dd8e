import type { Page, Route } from 'playwright-core';
import type { VersionList } from '../../lib/http/schemas/models-api.ts';
import { type Picture, seen } from './picture.ts';

/** Answers what a view asks for in a way of its own, and asks for the view again. */
async function answered(page: Page, path: RegExp, answer: (route: Route) => Promise<void>): Promise<void> {
  await page.route(path, answer);
  await page.reload();
}

const VERSIONS = /\/models\/default\/versions\?/;

/** The last of 500 versions, as the list of a long-lived model begins. */
async function manyVersions(route: Route): Promise<void> {
  const list = (await (await route.fetch()).json()) as VersionList;
  const versions = Array.from({ length: 50 }, (_, at) => ({
    ...list.versions[0]!,
    version: 500 - at,
    champion: at === 3,
    retired: at > 20,
  }));
  await route.fulfill({ json: { ...list, versions, next: '450' } });
}

const problem = {
  title: 'Internal Server Error',
  status: 500,
  code: 'internal',
  request_id: 'JKJaXmPLvHcESHA=',
};

/** Views while they wait, without an answer, and with very much to show. */
export const STATE_PICTURES: readonly Picture[] = [
  {
    name: 'loading-overview',
    view: 'models/default',
    ready: async (page) => {
      await answered(page, /\/models\/default$/, () => new Promise(() => undefined));
      await page.locator('.skeleton').first().waitFor();
    },
  },
  {
    name: 'loading-operation',
    view: 'operation',
    ready: async (page) => {
      await answered(page, /\/(metrics|costs|dead-letters|models\?.*)$/, () => new Promise(() => undefined));
      await page.locator('.skeleton').nth(9).waitFor();
    },
  },
  {
    name: 'error-versions',
    view: 'models/default/versions',
    ready: async (page) => {
      await answered(page, VERSIONS, (route) => route.fulfill({ status: 500, json: problem }));
      await page.getByRole('alert').waitFor();
    },
  },
  {
    name: 'error-operation',
    view: 'operation',
    ready: async (page) => {
      const busy = {
        ...problem,
        status: 503,
        detail: 'The dead-letter queues cannot be read at the moment.',
      };
      await answered(page, /\/dead-letters$/, (route) => route.fulfill({ status: 503, json: busy }));
      await page.getByRole('alert').waitFor();
      await seen(page, /became the champion/);
    },
  },
  {
    name: 'offline-decisions',
    view: 'models/default/versions',
    ready: async (page) => {
      await page.getByRole('region', { name: 'Versions' }).waitFor();
      await page.context().setOffline(true);
      await page.getByRole('link', { name: 'Decisions' }).click();
      await seen(page, /What you see may be old/);
    },
  },
  {
    name: 'offline-operation',
    view: 'models/default/versions',
    ready: async (page) => {
      await page.getByRole('region', { name: 'Versions' }).waitFor();
      await page.context().setOffline(true);
      await page.getByRole('link', { name: 'Operation' }).click();
      await seen(page, /What you see may be old/);
    },
  },
  {
    name: 'large-versions',
    view: 'models/default/versions',
    ready: async (page) => {
      await answered(page, VERSIONS, manyVersions);
      await seen(page, 'v500');
    },
  },
  { name: 'large-overview', view: 'models/wide', ready: (page) => seen(page, 'Quality gate') },
  { name: 'large-quality', view: 'models/wide/quality', ready: (page) => seen(page, 'How it was chosen') },
  {
    name: 'large-predict',
    view: 'models/wide/predict',
    ready: (page) => page.getByRole('button', { name: 'Predict', exact: true }).waitFor(),
  },
  { name: 'hostile-overview', view: 'models/hostile', ready: (page) => seen(page, 'Quality gate') },
];
