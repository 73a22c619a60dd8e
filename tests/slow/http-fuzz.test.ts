import { isDeepStrictEqual } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { API_OPERATIONS } from '../../lib/http/openapi/document.ts';
import type { Operation } from '../../lib/http/openapi/operation.ts';
import { API_ROUTES } from '../../lib/routes.ts';
import { type FuzzedSystem, fuzzedRequest, HttpFuzzer, startFuzzedSystem } from '../helpers/http-fuzz.ts';

/** `npm run test:deep -- http-fuzz` sends 100,000. */
const REQUESTS = { off: 400, required: 250 };
/**
 * A few hundred random requests may miss a route, and the examples change what they reach. So the test sends
 * those of more seeds that reach what is missing, up to this seed.
 */
const MAX_SEED = 50_000;
/** After so many seeds it looks what is still missing. */
const STEP = 1000;

/** A busy machine takes ten times as long. */
const PATIENCE_MS = 300_000;

const systems: FuzzedSystem[] = [];
const start = async (auth: boolean) => {
  const system = await startFuzzedSystem(auth);
  systems.push(system);
  return system;
};
afterAll(() => Promise.all(systems.map(({ stack }) => stack.dispose())));

async function statusesOf(
  system: FuzzedSystem,
  requests: number,
  wanted: readonly string[],
): Promise<string[]> {
  const fuzzer = new HttpFuzzer(system);
  const missing = () =>
    new Set(wanted.filter((key) => !fuzzer.statuses.has(key)).map((key) => key.replace(/ \d+$/, '')));
  await fuzzer.run(1, requests);
  for (let from = requests + 1; missing().size > 0 && from < MAX_SEED; from += STEP) {
    const routes = missing();
    const seeds = Array.from({ length: STEP }, (_, i) => from + i);
    await fuzzer.runSeeds(seeds.filter((seed) => routes.has(fuzzer.routeOf(seed) ?? '')));
  }
  expect(fuzzer.failures).toEqual([]);
  expect(system.stack.problems).toEqual([]);
  return [...fuzzer.statuses.keys()];
}

describe('mutated requests', () => {
  it('get no 5xx, no details of the machine, and only documented answers', {
    timeout: PATIENCE_MS,
  }, async () => {
    const goodOf = ({ route, answer }: Operation) => `${route} ${answer.status ?? 200}`;
    const good = API_OPERATIONS.map(goodOf);
    const seen = await statusesOf(await start(false), REQUESTS.off, [
      ...good,
      'PUT /models/{model}/versions/{version}/retirement 409',
    ]);
    // The test is only meaningful if it reaches every route and gets both good and bad answers.
    expect(good.filter((key) => !seen.includes(key))).toEqual([]);
    for (const status of [400, 404, 405, 409, 413, 415]) {
      expect(
        seen.some((key) => key.endsWith(` ${status}`)),
        `any ${status}`,
      ).toBe(true);
    }
  });

  it('get only the same when tokens are required, and never see a token', {
    timeout: PATIENCE_MS,
  }, async () => {
    const refused = API_ROUTES.filter(({ scope }) => scope !== null).map(({ routeKey }) => `${routeKey} 401`);
    const answered = [200, 403].map((status) => `POST /predict ${status}`);
    const wanted = [...refused, ...answered];
    expect(await statusesOf(await start(true), REQUESTS.required, wanted)).toEqual(
      expect.arrayContaining(wanted),
    );
  });

  it('depend only on their seed', () => {
    for (let seed = 1; seed < 50; seed++) {
      expect(isDeepStrictEqual(fuzzedRequest(seed), fuzzedRequest(seed))).toBe(true);
    }
  });
});
