import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestStack, type TestStack } from '../helpers/stack.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack(undefined, { concurrency: 1, maxWaitMs: 0 });
});
afterAll(() => stack.dispose());

describe('more calls than run at once', () => {
  it('wait for their turn and are all answered, by the HTTP API and by Lambda', async () => {
    const http = () => fetch(`${stack.urls.http}/openapi.json`);
    const lambda = () =>
      fetch(`${stack.urls.lambda}/2015-03-31/functions/models/invocations`, {
        method: 'POST',
        body: JSON.stringify({ version: '2.0', routeKey: 'GET /openapi.json', headers: {} }),
      });
    const calls = Array.from({ length: 30 }, () => [http(), lambda()]).flat();
    const statuses = (await Promise.all(calls)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(stack.problems).toEqual([]);
  });
});
