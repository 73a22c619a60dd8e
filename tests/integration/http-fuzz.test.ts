import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_OPERATIONS } from '../../lib/http/openapi/document.ts';
import { fuzzedRequest, HttpFuzzer, startFuzzedStack } from '../helpers/http-fuzz.ts';
import type { TestStack } from '../helpers/stack.ts';

/** `npm run test:deep -- http-fuzz` sends 100,000. */
const REQUESTS = 3000;

let stack: TestStack;
beforeAll(async () => {
  stack = await startFuzzedStack();
});
afterAll(() => stack.dispose());

describe('mutated requests', () => {
  it('get no 5xx, no trace of the machine, and only answers that the document has', async () => {
    const fuzzer = new HttpFuzzer(stack.urls.http);
    await fuzzer.run(1, REQUESTS);
    expect(fuzzer.failures).toEqual([]);
    expect(stack.problems).toEqual([]);
    // That it reaches every route, and gets good answers as well as bad ones, is what makes the rest mean something.
    const seen = [...fuzzer.statuses.keys()];
    for (const { route } of API_OPERATIONS)
      expect(seen.filter((key) => key.startsWith(`${route} 2`))).toHaveLength(1);
    for (const status of [400, 413, 415]) expect(seen.some((key) => key.endsWith(` ${status}`))).toBe(true);
  });

  it('follow from their seed alone', () => {
    for (let seed = 1; seed < 50; seed++) expect(fuzzedRequest(seed)).toEqual(fuzzedRequest(seed));
  });
});
