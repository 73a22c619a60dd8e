import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openModel } from '../../lib/classifier/model-file.ts';
import type { ColumnData } from '../../lib/columns/kinds.ts';
import { TrainingError } from '../../lib/errors.ts';
import { DEFAULT_SETTINGS } from '../../lib/training/settings.ts';
import { trainModel } from '../../lib/training/train-model.ts';
import type { TrainingData } from '../../lib/training/training-data.ts';

const SETTINGS = { ...DEFAULT_SETTINGS, neighbour_candidates: [1, 3, 15] };

/** One value of a number column, drawn in ways that break arithmetic. */
const NUMBERS: Readonly<Record<string, fc.Arbitrary<number>>> = {
  ordinary: fc.double({ min: -100, max: 100, noNaN: true }),
  gridded: fc.integer({ min: 0, max: 3 }),
  constant: fc.constant(7),
  absent: fc.constant(Number.NaN),
  gappy: fc.oneof(fc.constant(Number.NaN), fc.integer({ min: -5, max: 5 })),
  huge: fc.constantFrom(-4e153, 0, 4e153, 1e15, 1e15 + 1),
  tiny: fc.constantFrom(0, Number.MIN_VALUE, 1e-300, -1e-310),
  mixed: fc.constantFrom(1e150, 1e-150, -1, 0, Number.NaN),
};

/** Instants of the years 1 to 9999, few or many, near each other and far apart. */
const DATES: Readonly<Record<string, fc.Arbitrary<number>>> = {
  ordinary: fc.integer({ min: 1.6e12, max: 1.7e12 }),
  gappy: fc.oneof(
    fc.constant(Number.NaN),
    fc.integer({ min: 0, max: 9 }).map((day) => day * 86_400_000),
  ),
  extreme: fc.constantFrom(-62_135_596_800_000, 0, 1, 253_402_300_799_999),
  absent: fc.constant(Number.NaN),
};

function column(rows: number, index: number): fc.Arbitrary<ColumnData> {
  const name = `c${index}`;
  const numeric = fc.constantFrom(...Object.keys(NUMBERS)).chain((kind) =>
    fc.array(NUMBERS[kind]!, { minLength: rows, maxLength: rows }).map(
      (values): ColumnData => ({
        name,
        type: 'numeric',
        values: Float64Array.from(values, (x) => x + 0),
      }),
    ),
  );
  const datetime = fc.constantFrom(...Object.keys(DATES)).chain((kind) =>
    fc.array(DATES[kind]!, { minLength: rows, maxLength: rows }).map(
      (values): ColumnData => ({
        name,
        type: 'datetime',
        dateFormat: 'dd/mm/yyyy',
        values: Float64Array.from(values),
      }),
    ),
  );
  const categorical = fc.constantFrom(1, 2, 5, 40).chain((count) =>
    fc
      .array(fc.integer({ min: -1, max: count - 1 }), { minLength: rows, maxLength: rows })
      .map((codes): ColumnData => {
        const categories = Array.from({ length: count }, (_, i) => `v${String(i).padStart(2, '0')}`);
        return { name, type: 'categorical', codes: Int32Array.from(codes), categories };
      }),
  );
  return fc.oneof(numeric, datetime, categorical);
}

const table: fc.Arbitrary<TrainingData> = fc
  .record({
    rows: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 13, max: 80 })),
    columns: fc.integer({ min: 1, max: 4 }),
    classes: fc.integer({ min: 2, max: 6 }),
  })
  .chain(({ rows, columns, classes }) =>
    fc.record({
      columns: fc.tuple(...Array.from({ length: columns }, (_, i) => column(rows, i))),
      labels: fc
        .array(fc.integer({ min: 0, max: classes - 1 }), { minLength: rows, maxLength: rows })
        .map((labels) => Int32Array.from(labels)),
      classes: fc.constant(Array.from({ length: classes }, (_, i) => `k${i}`)),
      label: fc.constant('label'),
      missingTokens: fc.constant([]),
      datasetSha256: fc.constant('a'.repeat(64)),
    }),
  );

it('learns any table or says why not, and gives valid answers from the model', () => {
  fc.assert(
    fc.property(table, (data) => {
      let artifact: Uint8Array<ArrayBuffer>;
      try {
        artifact = trainModel(data, SETTINGS).artifact;
      } catch (error) {
        if (error instanceof TrainingError) return;
        throw error;
      }
      const model = openModel(artifact);
      for (let row = 0; row < data.labels.length; row++) {
        const values = model.rawRows.row(row);
        const { prediction, confidence, probabilities, voteShare, neighbours } = model.explain(values);
        expect(data.classes).toContain(prediction);
        expect(model.predict(values)).toEqual({ prediction, confidence });
        expect(confidence > 0 && confidence < 1).toBe(true);
        expect(voteShare > 0 && voteShare <= 1).toBe(true);
        expect(neighbours.every(({ distance }) => Number.isFinite(distance))).toBe(true);
        const total = probabilities.reduce((sum, { probability }) => sum + probability, 0);
        expect(total).toBeCloseTo(1, 9);
        expect(probabilities.every(({ probability }) => probability >= 0 && probability <= 1)).toBe(true);
      }
    }),
    { numRuns: Number(process.env.TRAINING_RUNS ?? 30) },
  );
}, 120_000);
