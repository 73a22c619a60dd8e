import { beforeAll, describe, expect, it } from 'vitest';
import {
  FAMILY_WISE_ERROR,
  type RealTables,
  realTables,
  type Simulation,
  simulate,
  upperTail,
} from './drift-simulation.ts';

/** `npm run test:deep -- drift` draws a thousand of each, and larger ones. */
const COUNT = 120;
const FIRST_SEED = 20_000;
const BASELINE_ROWS = 150;
const BATCH_ROWS = [100, 500];

let simulations: Simulation[];
beforeAll(async () => {
  const tables: RealTables = await realTables();
  simulations = Array.from({ length: COUNT }, (_, i) =>
    simulate(FIRST_SEED + i, BASELINE_ROWS, tables, BATCH_ROWS),
  );
});

const shareOf = (holds: (simulation: Simulation) => boolean) => simulations.filter(holds).length / COUNT;

describe(`batches against a baseline of ${BASELINE_ROWS} rows, ${COUNT} training sets from seed ${FIRST_SEED}`, () => {
  it('raise no more false alarms than the configured error allows, over all columns', () => {
    BATCH_ROWS.forEach((rows, i) => {
      const alarms = simulations.filter(({ driftFree }) => driftFree[i]!.alarm).length;
      // If the error were kept, one in a thousand such runs would have this many alarms or more.
      const implausible = alarms > 0 && upperTail(alarms - 1, COUNT, FAMILY_WISE_ERROR) < 0.001;
      expect({ rows, alarms, implausible }).toEqual({ rows, alarms, implausible: false });
    });
  });

  it('without drift break the fixed rule of the stability index most of the time', () => {
    expect(shareOf(({ driftFree }) => driftFree[0]!.psi > 0.1)).toBeGreaterThan(0.75);
    expect(shareOf(({ driftFree }) => driftFree[0]!.alarm)).toBeLessThan(0.05);
  });

  it('show a shift of one feature by half a standard deviation in nearly every batch of 500', () => {
    expect(shareOf(({ shift }) => shift.found)).toBeGreaterThanOrEqual(0.95);
  });
});
