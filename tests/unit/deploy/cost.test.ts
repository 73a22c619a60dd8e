import { describe, expect, it } from 'vitest';
import { totalUsd } from '../../../lib/cost/cost-lines.ts';
import { PRICES } from '../../../lib/cost/prices.ts';
import { costTable, idleMonth, millionPredictions } from '../../../lib/deploy/cost.ts';
import { FUNCTIONS } from '../../../lib/functions.ts';

const usdOf = (lines: ReturnType<typeof idleMonth>, what: RegExp) =>
  totalUsd(lines.filter((line) => what.test(line.what)));

describe('what it costs', () => {
  it('counts alarms, dashboards and hourly runs while idle', () => {
    const lines = idleMonth({ alarms: 14, dashboards: 1, schedules: 2, queues: 2 });
    expect(usdOf(lines, /^alarms/)).toBeCloseTo(1.4);
    expect(usdOf(lines, /^dashboard/)).toBeCloseTo(3);
    // A gigabyte for a second, 1,460 times.
    expect(usdOf(lines, /^their time/)).toBeCloseTo(1460 * 0.0000133334, 6);
    expect(usdOf(lines, /^their metrics/)).toBeCloseTo(0.9);
    // Five pollers that each wait 20 s, all month long.
    expect(usdOf(lines, /^queues/)).toBeCloseTo((2 * 5 * 730 * 180 * 0.4) / 1e6);
    expect(totalUsd(idleMonth({ alarms: 0, dashboards: 0, schedules: 0, queues: 0 }))).toBe(0);
  });

  it('counts requests, time and log of predictions in proportion', () => {
    const lines = millionPredictions({ perSecond: 1, billedMs: 10 });
    expect(usdOf(lines, /^API/)).toBeCloseTo(1);
    expect(usdOf(lines, /^predict, calls/)).toBeCloseTo(0.2);
    expect(usdOf(lines, /^predict, 10 ms/)).toBeCloseTo(
      10_000 * (FUNCTIONS.predict.memoryMb / 1024) * 0.0000133334,
    );
    expect(usdOf(millionPredictions({ perSecond: 1, billedMs: 20 }), /^predict, 20 ms/)).toBeCloseTo(
      2 * usdOf(lines, /^predict, 10 ms/),
    );
  });

  it('counts every request as traced at one a second, and a twentieth of what is above', () => {
    expect(usdOf(millionPredictions({ perSecond: 1, billedMs: 1 }), /^traces/)).toBeCloseTo(5);
    expect(usdOf(millionPredictions({ perSecond: 100, billedMs: 1 }), /^traces/)).toBeCloseTo(0.2975);
  });

  it('shows the formula of each line, and the sum', () => {
    const lines = [{ what: 'alarms', units: 14, price: PRICES.alarmMonth }];
    expect(costTable('Idle', lines).replace(/ +/g, ' ')).toBe(
      'Idle\n alarms 1.4000 14 x 0.1 per alarm-month\n together 1.4000\n',
    );
    expect(costTable('Idle', lines, false)).not.toContain('together');
  });
});
