import { beforeAll, describe, expect, it } from 'vitest';
import { readInstances } from '../../functions/predict/read-instances.ts';
import type { Model } from '../../lib/classifier/model.ts';
import { openModel } from '../../lib/classifier/model-file.ts';
import { readDataset } from '../../lib/dataset/parquet/read-parquet.ts';
import { trainingDataOf } from '../../lib/training/from-dataset.ts';
import { modelReport } from '../../lib/training/model-report.ts';
import { describeSetting } from '../../lib/training/setting-words.ts';
import { DEFAULT_SETTINGS } from '../../lib/training/settings.ts';
import { type TrainedModel, trainModel } from '../../lib/training/train-model.ts';
import type { TrainingData } from '../../lib/training/training-data.ts';
import { ingest } from '../helpers/csv-ingest.ts';
import { xorshift } from '../helpers/xorshift.ts';

const two = (value: number) => String(value).padStart(2, '0');
const SETTINGS = { ...DEFAULT_SETTINGS, neighbour_candidates: [1, 5, 15] };

/** Random instants within seven years. */
function instants(count: number): Date[] {
  const random = xorshift(7);
  return Array.from(
    { length: count },
    () => new Date(Date.UTC(2015, 0, 1) + Math.floor(random() * 3_600_000) * 60_000),
  );
}

/** The label is night or day. Some dates are gaps; the others are day first, such as `31.01.2015 07:05`. */
function hours(count: number): string {
  const rows = instants(count).map((date, i) => {
    const hour = date.getUTCHours();
    const day = `${two(date.getUTCDate())}.${two(date.getUTCMonth() + 1)}.${date.getUTCFullYear()}`;
    const text = i % 50 === 0 ? '' : `${day} ${two(hour)}:${two(date.getUTCMinutes())}`;
    return `${text},${i % 7},${hour < 6 || hour >= 20 ? 'night' : 'day'}\n`;
  });
  return `at,noise,class\n${rows.join('')}`;
}

/** The label says whether the date is before or after a day in 2018. */
function eras(count: number): string {
  const rows = instants(count).map(
    (date, i) => `${date.toISOString()},${i % 7},${date.getTime() < Date.UTC(2018, 3, 1) ? 'old' : 'new'}\n`,
  );
  return `at,noise,class\n${rows.join('')}`;
}

async function trained(file: string): Promise<{ data: TrainingData; result: TrainedModel; model: Model }> {
  const { parquet, ...ingested } = await ingest(file);
  const data = trainingDataOf(await readDataset(parquet, ingested.schema), ingested);
  const result = trainModel(data, SETTINGS);
  return { data, result, model: openModel(result.artifact, result.artifactSha256) };
}

describe('a model of labels that depend on the hour of the day', () => {
  let night: Awaited<ReturnType<typeof trained>>;
  beforeAll(async () => {
    night = await trained(hours(500));
  });

  it('uses cycles, chosen by cross-validation, and reports them', () => {
    const { result, data } = night;
    const report = modelReport(result, data, SETTINGS);
    expect(report.chosen.times).toBe('cycles');
    expect(report.features[0]).toEqual({ name: 'at', type: 'datetime' });
    expect(result.evaluation.macroF1).toBeGreaterThan(0.9);
    expect(describeSetting(report.chosen, report.features).join(' ')).toContain('by month, weekday and hour');
    expect(new Set(report.cross_validation.neighbours_sweep.map(({ neighbours }) => neighbours)).size).toBe(
      report.cross_validation.neighbours_sweep.length,
    );
  });

  it('accepts dates in the format of its data and in ISO 8601', () => {
    const { model } = night;
    const read = (...values: unknown[]) =>
      readInstances(
        values.map((at, i) => [`instances[${i}]`, { at, noise: 1 }] as const),
        model,
      );
    const [own, iso, offset, gap] = read(
      '31.01.2019 23:30',
      '2019-01-31T23:30',
      '2019-02-01T00:30+01:00',
      null,
    );
    expect(own!.values).toEqual([Date.UTC(2019, 0, 31, 23, 30), 1]);
    expect([iso!.values, offset!.values]).toEqual([own!.values, own!.values]);
    expect(model.predict(own!.values).prediction).toBe('night');
    expect(model.predict(read('30.01.2019 12:30')[0]!.values).prediction).toBe('day');
    expect(model.predict(gap!.values).prediction).toMatch(/night|day/);
    expect(() => read(Date.UTC(2019, 0, 31))).toThrow(
      expect.objectContaining({
        faults: [
          {
            path: 'instances[0].at',
            message: '"at": expected a date such as 2024-01-31, got a value of type number',
          },
        ],
      }),
    );
  });

  it('explains with dates that requests accept', () => {
    const { model, data } = night;
    const { neighbours } = model.explain([Date.UTC(2019, 0, 31, 23, 30), 1]);
    const column = data.columns[0]!;
    if (!('values' in column)) throw new Error('expected dates');
    const known = new Set(column.values);
    for (const { values } of neighbours) {
      expect(values[0]).toMatch(/^20\d\d-\d\d-\d\dT\d\d:\d\d:00Z$/);
      const [row] = readInstances([['features', values]], model);
      expect(known.has(row!.values[0] as number)).toBe(true);
    }
  });

  it('stores its rows exactly', () => {
    const { model, data } = night;
    expect(model.rawRows.table()[0]).toEqual(data.columns[0]);
  });
});

it('does not use cycles where they do not improve the model', async () => {
  const { data, result, model } = await trained(eras(500));
  expect(result.chosen.recipe.times).toBe('line');
  expect(result.evaluation.macroF1).toBeGreaterThan(0.95);
  expect(model.rawRows.table()[0]).toEqual(data.columns[0]);
  expect(model.encoder.features[0]).toMatchObject({ type: 'datetime', cycles: [], format: 'iso' });
});
