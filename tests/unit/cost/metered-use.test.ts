import { describe, expect, it } from 'vitest';
import { totalUsd } from '../../../lib/cost/cost-lines.ts';
import { costOfUse, type FunctionUse } from '../../../lib/cost/metered-use.ts';
import { FUNCTIONS, type FunctionName } from '../../../lib/functions.ts';

const costOf = (use: Partial<Record<FunctionName, FunctionUse>>) =>
  costOfUse((name) => use[name] ?? { calls: 0, seconds: 0 });
const unitsOf = (lines: ReturnType<typeof costOf>) =>
  Object.fromEntries(lines.map(({ what, units }) => [what, units]));

describe('costOfUse', () => {
  it('has no line for what was not used', () => {
    expect(costOf({})).toEqual([]);
  });

  it('counts each call of a function with routes as a request of the API, and no other', () => {
    const lines = costOf({
      predict: { calls: 1000, seconds: 10 },
      models: { calls: 50, seconds: 1 },
      authorize: { calls: 7, seconds: 0.1 },
      ingest: { calls: 2, seconds: 3 },
      monitor: { calls: 24, seconds: 30 },
    });
    expect(unitsOf(lines)).toMatchObject({
      'API requests': 1050,
      'scheduled runs': 24,
      'authorize: calls': 7,
      [`predict: time at ${FUNCTIONS.predict.memoryMb} MB`]: (10 * FUNCTIONS.predict.memoryMb) / 1024,
    });
  });

  it('costs a million predictions what the cost sheet says of requests, calls, time and log', () => {
    const usd = totalUsd(costOf({ predict: { calls: 1e6, seconds: 1e4 } }));
    expect(usd).toBeCloseTo(1 + 0.2 + 1e4 * (FUNCTIONS.predict.memoryMb / 1024) * 0.0000133334 + 0.833, 6);
  });
});
