import { describe, expect, it } from 'vitest';
import { encodeColumns } from '../../../lib/classifier/encode-columns.ts';
import { openModel } from '../../../lib/classifier/model-file.ts';
import type { ColumnData } from '../../../lib/columns/kinds.ts';
import { evaluate } from '../../../lib/training/evaluation.ts';
import { extentOf, type ImportanceContext, measureImportance } from '../../../lib/training/importance.ts';
import { planTraining } from '../../../lib/training/plan-training.ts';
import { DEFAULT_SETTINGS } from '../../../lib/training/settings.ts';
import { sizeOfData } from '../../../lib/training/table-size.ts';
import { trainModel } from '../../../lib/training/train-model.ts';
import { type LabelledRows, pickRows, type TrainingData } from '../../../lib/training/training-data.ts';
import { irisData } from '../../helpers/iris.ts';
import { xorshift } from '../../helpers/xorshift.ts';

const settings = { ...DEFAULT_SETTINGS, neighbour_candidates: [5] };

/** The class follows from `colour` and `size`; `noise` says nothing. */
function sizedColours(): TrainingData {
  const next = xorshift(7);
  const labels = Int32Array.from({ length: 900 }, () => Math.floor(next() * 4));
  const noise = Float64Array.from(labels, () => next());
  const columns: ColumnData[] = [
    { name: 'noise', type: 'numeric', values: noise },
    {
      name: 'colour',
      type: 'categorical',
      codes: labels.map((label) => label >> 1),
      categories: ['red', 'blue'],
    },
    { name: 'size', type: 'numeric', values: Float64Array.from(labels, (label) => (label & 1) + next() / 4) },
  ];
  return { ...irisData(), labels, columns, classes: ['a', 'b', 'c', 'd'] };
}

function contextOf(data: TrainingData): ImportanceContext {
  const size = sizeOfData(data);
  const train = Int32Array.from({ length: 600 }, (_, row) => row);
  return { data, train, settings, planned: planTraining(size, settings), size };
}

const lastRows = (data: TrainingData): LabelledRows =>
  pickRows(
    data,
    Int32Array.from({ length: data.labels.length - 600 }, (_, row) => 600 + row),
  );

describe('measureImportance', () => {
  const data = sizedColours();
  const { artifact, artifactSha256 } = trainModel(
    { ...data, ...pickRows(data, contextOf(data).train) },
    settings,
  );
  const model = openModel(artifact, artifactSha256);
  const importance = measureImportance(model, lastRows(data), contextOf(data));

  it('finds the features that decide, and none that does not', () => {
    const falls = Object.fromEntries(importance.features.map((one) => [one.name, one.macroF1Fall]));
    expect(falls.colour).toBeGreaterThan(0.3);
    expect(falls.size).toBeGreaterThan(0.3);
    expect(Math.abs(falls.noise!)).toBeLessThan(0.05);
    expect(importance.features.at(-1)!.name).toBe('noise');
    expect(importance.unmeasured).toBe(0);
  });

  it('is the same each time, and leaves the rows as they were', () => {
    const heldOut = lastRows(data);
    expect(measureImportance(model, heldOut, contextOf(data))).toEqual(importance);
    expect(heldOut).toEqual(lastRows(data));
  });

  it('scores the rows as an evaluation does', () => {
    const heldOut = lastRows(data);
    const predicted = model.answerAll(encodeColumns(model.encoder, heldOut.columns));
    expect(importance.rows).toBe(heldOut.labels.length);
    expect(importance.macroF1).toBe(evaluate(heldOut.labels, predicted, data.classes).macroF1);
  });

  it('measures the features that say most where time does not allow all', () => {
    const context = contextOf(data);
    const { work } = context.planned;
    const share = { read: 0, select: 0, evaluate: 0, fit: 0.02 * work.evaluate };
    const planned = { ...context.planned, work: share };
    const least = measureImportance(model, lastRows(data), { ...context, planned });
    expect(least.features.length).toBeLessThan(3);
    expect(least.features.map(({ name }) => name)).not.toContain('noise');
    expect(least.unmeasured).toBe(3 - least.features.length);
  });
});

describe('extentOf', () => {
  it.each([
    ['few rows several times', 1e6, 4, 30, { features: 4, rows: 30, repeats: 20 }],
    ['many rows once', 1e6, 10, 10_000, { features: 10, rows: 2000, repeats: 1 }],
    ['fewer rows for many features', 30_000, 100, 10_000, { features: 100, rows: 300, repeats: 1 }],
    ['fewer features than there are', 30_000, 1000, 10_000, { features: 150, rows: 200, repeats: 1 }],
    ['something when there is no time at all', 0, 1000, 10_000, { features: 1, rows: 200, repeats: 1 }],
  ])('asks for %s', (_, answers, features, rows, extent) => {
    expect(extentOf(answers, features, rows)).toEqual(extent);
    const { features: asked, rows: each, repeats } = extentOf(answers, features, rows);
    expect(asked * each * repeats).toBeLessThanOrEqual(Math.max(answers, 200));
  });
});
