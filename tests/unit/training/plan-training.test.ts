import { describe, expect, it } from 'vitest';
import type { KindName } from '../../../lib/columns/kinds.ts';
import { DEFAULT_LIMITS } from '../../../lib/dataset/csv/limits.ts';
import { TrainingError } from '../../../lib/errors.ts';
import { WHOLE_SCOPE } from '../../../lib/training/candidates.ts';
import { totalSeconds } from '../../../lib/training/estimate-work.ts';
import {
  MAX_MEMORY_BYTES,
  MAX_WORK_SECONDS,
  MIN_TREE_ROWS,
  type PlannedTraining,
  planTraining,
} from '../../../lib/training/plan-training.ts';
import { DEFAULT_SETTINGS } from '../../../lib/training/settings.ts';
import type { ColumnSize, TableSize } from '../../../lib/training/table-size.ts';

const columns = (count: number, type: KindName = 'numeric', categories = 0): ColumnSize[] =>
  Array.from({ length: count }, () => ({ type, nullable: false, categories, textUnits: 6 * categories }));

const plan = (size: TableSize): PlannedTraining => planTraining(size, DEFAULT_SETTINGS);

function refusal(size: TableSize): TrainingError {
  try {
    plan(size);
  } catch (error) {
    if (error instanceof TrainingError) return error;
    throw error;
  }
  throw new Error('expected a TrainingError, got a plan');
}

function expectWithin({ work, memoryBytes }: PlannedTraining): void {
  expect(totalSeconds(work)).toBeLessThanOrEqual(MAX_WORK_SECONDS);
  expect(memoryBytes).toBeLessThanOrEqual(MAX_MEMORY_BYTES);
}

const WIDEST = DEFAULT_LIMITS.columns - 1;

describe('planTraining', () => {
  it.each<[string, TableSize]>([
    ['iris', { rows: 150, classes: 3, columns: columns(4) }],
    ['penguins', { rows: 344, classes: 3, columns: [...columns(5), ...columns(3, 'categorical', 3)] }],
    ['10,000 rows of 16 numbers', { rows: 10_000, classes: 10, columns: columns(16) }],
    ['100,000 rows of 54 numbers', { rows: 100_000, classes: 7, columns: columns(54) }],
    ['1,000,000 rows of 16 numbers', { rows: 1_000_000, classes: 2, columns: columns(16) }],
    ['2,000,000 rows of 2 numbers', { rows: 2_000_000, classes: 2, columns: columns(2) }],
    [
      '50,000 rows with dates',
      { rows: 50_000, classes: 5, columns: [...columns(10), ...columns(3, 'datetime')] },
    ],
    ['30,000 rows of 20 categories', { rows: 30_000, classes: 2, columns: columns(14, 'categorical', 20) }],
  ])('thins nothing of a table of ordinary size: %s', (_, size) => {
    const planned = plan(size);
    expect(planned.thinned).toEqual([]);
    expect(planned.plan).toEqual({
      trainingRows: size.rows,
      maxIndicators: 32,
      maxRepeats: 4,
      selectionRows: DEFAULT_SETTINGS.selection_rows,
      heldOutRows: DEFAULT_SETTINGS.selection_rows,
      minPerClass: 20,
      scope: { ...WHOLE_SCOPE, trees: size.rows >= MIN_TREE_ROWS },
    });
    expectWithin(planned);
  });

  it('plans every size within the bounds, or refuses it at once with what to do', () => {
    let [planned, sampled, refused] = [0, 0, 0];
    for (const rows of [2, 50, 1000, 10_000, 100_000, 1_000_000, 20_000_000, 1_300_000_000])
      for (const classes of [2, 30, 300, DEFAULT_LIMITS.classes])
        for (const count of [1, 16, 100, 300, WIDEST])
          for (const [type, categories] of [
            ['numeric', 0],
            ['datetime', 0],
            ['categorical', 2],
            ['categorical', 32],
            ['categorical', 4000],
            ['categorical', DEFAULT_LIMITS.categories],
          ] as const) {
            const size = { rows, classes, columns: columns(count, type, categories) };
            try {
              const { plan: found, thinned, ...rest } = plan(size);
              expectWithin({ plan: found, thinned, ...rest });
              planned++;
              if (found.trainingRows === rows) continue;
              sampled++;
              expect(found.trainingRows).toBeGreaterThanOrEqual(1000);
              expect(thinned[0]).toEqual({ what: 'training_rows', from: rows, to: found.trainingRows });
            } catch (error) {
              if (!(error instanceof TrainingError)) throw error;
              expect(['memory', 'work']).toContain(error.code);
              expect(error.message).toMatch(/; send (about [1-9]\d* rows, or )?fewer columns or categories$/);
              refused++;
            }
          }
    expect(planned).toBeGreaterThan(400);
    expect(sampled).toBeGreaterThan(50);
    expect(refused).toBeGreaterThan(100);
  });

  it('samples a table that is too large, with rows enough to choose a setting on', () => {
    const { plan: found } = plan({ rows: 1_000_000, classes: 2, columns: columns(WIDEST) });
    expect(found.trainingRows).toBeGreaterThan(5000);
    expect(found.trainingRows).toBeLessThan(100_000);
    expect(found.selectionRows).toBeGreaterThanOrEqual(2500);
  });

  it('refuses what not even a sample can be trained on, and says how many rows could be', () => {
    const size = { rows: 1_300_000_000, classes: 2, columns: columns(16) };
    const { code, message } = refusal(size);
    expect(code).toBe('memory');
    const rows = Number(/send about (\d+) rows/.exec(message)?.[1]);
    expect(rows).toBeGreaterThan(100_000);
    const { plan: found, ...rest } = plan({ ...size, rows });
    expect(found.trainingRows).toBe(rows);
    expectWithin({ plan: found, ...rest });
  });

  it('trains on no more rows than the settings allow', () => {
    const size = { rows: 50_000, classes: 2, columns: columns(4) };
    const limited = (training_rows: number) => planTraining(size, { ...DEFAULT_SETTINGS, training_rows });
    expect(limited(20_000).thinned).toEqual([{ what: 'training_rows', from: 50_000, to: 20_000 }]);
    expect(limited(20_000).size).toEqual({ ...size, rows: 20_000, sampledFrom: 50_000 });
    expect(limited(50_000)).toEqual(plan(size));
  });

  it('compares categories by codes before it thins anything', () => {
    const planned = plan({ rows: 1000, classes: 2, columns: columns(WIDEST, 'categorical', 32) });
    expect(planned.thinned).toEqual([]);
    expect(totalSeconds(planned.work)).toBeLessThan(MAX_WORK_SECONDS / 2);
  });

  it('gives up indicators only for memory, and rows of the choice first for work', () => {
    const many = plan({ rows: 10_000, classes: 2, columns: columns(WIDEST, 'categorical', 32) });
    expect(many.thinned[0]).toEqual({ what: 'indicators', from: 32, to: 16 });
    expectWithin(many);
    const wide = plan({ rows: 60_000, classes: 300, columns: columns(300) });
    expect(wide.thinned.map(({ what }) => what)).toEqual(['selection_rows']);
    expect(wide.plan.minPerClass).toBeLessThan(20);
  });

  it('depends on nothing but the size and the settings', () => {
    const size = { rows: 40_000, classes: 100, columns: columns(WIDEST) };
    expect(plan(size)).toEqual(plan({ ...size, columns: columns(WIDEST) }));
    expect(plan(size).thinned).not.toEqual([]);
  });
});
