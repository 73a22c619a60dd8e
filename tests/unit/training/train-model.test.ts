import { describe, expect, it } from 'vitest';
import type { BoostedTrees } from '../../../lib/classifier/boosted-trees.ts';
import type { LandmarkScores } from '../../../lib/classifier/landmark-scores.ts';
import { openModel, readModel, writeModel } from '../../../lib/classifier/model-file.ts';
import type { TreeScores } from '../../../lib/classifier/tree-scores.ts';
import type { ColumnData } from '../../../lib/columns/kinds.ts';
import type { RawValue } from '../../../lib/columns/storage.ts';
import { TrainingError } from '../../../lib/errors.ts';
import { describeEstimate } from '../../../lib/training/estimate-words.ts';
import { totalSeconds } from '../../../lib/training/estimate-work.ts';
import { modelReport } from '../../../lib/training/model-report.ts';
import { renderModelReport } from '../../../lib/training/model-report-html.ts';
import { planTraining, type TrainingBounds } from '../../../lib/training/plan-training.ts';
import { DEFAULT_SETTINGS } from '../../../lib/training/settings.ts';
import { sizeOfData } from '../../../lib/training/table-size.ts';
import { trainModel } from '../../../lib/training/train-model.ts';
import type { TrainingData } from '../../../lib/training/training-data.ts';
import { BOUNDED_WIDTH, boundedClass, boundedClasses } from '../../helpers/bounded-classes.ts';
import { damaged, outcomeOf, resigned } from '../../helpers/damaged-artifact.ts';
import { irisData } from '../../helpers/iris.ts';
import { xorshift } from '../../helpers/xorshift.ts';

function expectSoundWhenDamaged(artifact: Uint8Array<ArrayBuffer>, row: readonly RawValue[]): void {
  const outcomes = new Set<string>();
  for (let seed = 1; seed <= 500; seed++)
    outcomes.add(outcomeOf(resigned(damaged(artifact, seed)), [...row]));
  for (const outcome of outcomes) expect(outcome).toMatch(/^(opened|artifact_\w+)$/);
  expect(outcomes.size).toBeGreaterThan(4);
}

describe('trainModel', () => {
  const data = irisData();
  const trained = trainModel(data, DEFAULT_SETTINGS);

  it('learns iris', () => {
    expect(trained.rows).toEqual({
      all: 150,
      trained: 150,
      selection: 150 - trained.evaluation.rows,
      heldOut: trained.evaluation.rows,
    });
    expect(trained.evaluation.rows).toBeGreaterThan(20);
    expect(trained.evaluation.macroF1).toBeGreaterThan(0.9);
    expect(trained.gate.passed).toBe(true);
    expect(trained.reference.compared).toBeGreaterThan(20);
  });

  it('gives an artifact that predicts, with a confidence that is never certain', () => {
    const model = openModel(trained.artifact, trained.artifactSha256);
    const { prediction, confidence } = model.predict([5.1, 3.5, 1.4, 0.2]);
    expect(prediction).toBe('setosa');
    expect(confidence).toBeGreaterThan(0.9);
    expect(confidence).toBeLessThan(1);
    expect(model.predict([6.3, 3.3, 6, 2.5]).prediction).toBe('virginica');
  });

  it('gives the same bytes for the same input, and others for another seed or data set', () => {
    expect(trainModel(irisData(), DEFAULT_SETTINGS).artifactSha256).toBe(trained.artifactSha256);
    expect(trainModel(data, { ...DEFAULT_SETTINGS, seed: 7 }).artifactSha256).not.toBe(
      trained.artifactSha256,
    );
    expect(trainModel({ ...data, datasetSha256: 'e'.repeat(64) }, DEFAULT_SETTINGS).artifactSha256).not.toBe(
      trained.artifactSha256,
    );
  });

  it('refuses one class and too few rows with a clear message', () => {
    const one = { ...data, classes: ['setosa'], labels: data.labels.map(() => 0) };
    expect(() => trainModel(one, DEFAULT_SETTINGS)).toThrow(
      'expected at least 2 classes in "species", got 1',
    );
    const few = {
      ...data,
      columns: data.columns.map((column) =>
        column.type === 'numeric' ? { ...column, values: column.values.slice(0, 2) } : column,
      ),
      labels: Int32Array.of(0, 1),
    };
    expect(() => trainModel(few, DEFAULT_SETTINGS)).toThrow(TrainingError);
  });
});

describe('trainModel where gaps tell the class', () => {
  const next = xorshift(11);
  const labels = Int32Array.from({ length: 300 }, () => Math.floor(next() * 2));
  const values = Float64Array.from(labels, (label) => (label === 1 && next() < 0.7 ? Number.NaN : next()));
  const data: TrainingData = {
    ...irisData(),
    classes: ['dry', 'wet'],
    labels,
    columns: [
      { name: 'depth', type: 'numeric', values },
      // Tells the rows with gaps apart: equal rows would all be held out, or none.
      { name: 'luck', type: 'numeric', values: Float64Array.from(labels, () => next()) },
    ],
    asking: [],
  };
  const trained = trainModel(data, { ...DEFAULT_SETTINGS, neighbour_candidates: [5, 15] });
  const model = openModel(trained.artifact, trained.artifactSha256);

  it('compares them by class shares, and says so', () => {
    expect(trained.chosen.recipe.gaps).toBe('class_shares');
    expect(trained.evaluation.macroF1).toBeGreaterThan(0.75);
    const report = modelReport(trained, data, DEFAULT_SETTINGS);
    expect(report.chosen.gaps).toBe('class_shares');
    expect(renderModelReport(report, 'plots')).toContain('gaps apart');
  });

  it('keeps the rows, gaps too, and has a coordinate for the gap', () => {
    expect(model.features).toMatchObject([{ gap: expect.any(Number) }, {}]);
    expect(model.features[1]).not.toHaveProperty('gap');
    values.forEach((value, row) => {
      expect(model.rawRows.row(row)[0]).toBe(Number.isNaN(value) ? null : value);
    });
  });

  it('has an artifact that, damaged before its digest, is refused or answers', () => {
    expectSoundWhenDamaged(trained.artifact, [null, 0.5]);
  });
});

describe('trainModel where the classes lie inside and outside of a sphere', () => {
  const next = xorshift(5);
  const normal = () => next() + next() + next() + next() - 2;
  const rows = 400;
  const width = 8;
  const points = Array.from({ length: width }, () => Float64Array.from({ length: rows }, normal));
  const squared = Float64Array.from({ length: rows }, (_, row) =>
    points.reduce((sum, values) => sum + values[row]! ** 2, 0),
  );
  const middle = squared.toSorted()[rows / 2]!;
  const data: TrainingData = {
    ...irisData(),
    classes: ['inside', 'outside'],
    labels: Int32Array.from(squared, (one) => (one < middle ? 0 : 1)),
    columns: points.map((values, i) => ({ name: `x${i}`, type: 'numeric', values })),
    asking: [],
  };
  const trained = trainModel(data, { ...DEFAULT_SETTINGS, neighbour_candidates: [5, 15] });
  const model = openModel(trained.artifact, trained.artifactSha256);
  const rowAt = (value: number) => Array.from({ length: width }, () => value);

  it('takes landmark scores, which tell them apart where no neighbours do, and says so', () => {
    expect(trained.chosen.recipe.space).toBe('landmarks');
    expect(trained.evaluation.macroF1).toBeGreaterThan(0.85);
    const others = trained.candidates.filter(({ recipe }) => recipe.space !== 'landmarks');
    expect(Math.max(...others.map(({ macroF1 }) => macroF1))).toBeLessThan(0.8);
    expect(renderModelReport(modelReport(trained, data, DEFAULT_SETTINGS), 'sphere')).toContain('landmarks');
  });

  it('answers from its artifact as it was evaluated, bit for bit each time', () => {
    expect(model.predict(rowAt(0)).prediction).toBe('inside');
    expect(model.predict(rowAt(1.2)).prediction).toBe('outside');
    expect(trainModel(data, { ...DEFAULT_SETTINGS, neighbour_candidates: [5, 15] }).artifactSha256).toBe(
      trained.artifactSha256,
    );
    const again = openModel(writeModel(readModel(trained.artifact)).bytes);
    expect(again.explain(rowAt(0.5))).toEqual(model.explain(rowAt(0.5)));
  });

  it('tells what is new by plain coordinates: far from all rows, scores are ordinary', () => {
    const told = (value: number) => model.explain(rowAt(value)).novelty;
    expect(told(0).isNovel).toBe(false);
    expect(told(100)).toMatchObject({ isNovel: true, percentile: 1 });
    expect(told(100).distance).toBeGreaterThan(50);
    const seen: boolean[] = [];
    model.predict(rowAt(100), { observe: (_label, _confidence, isNovel) => seen.push(isNovel) });
    expect(seen).toEqual([true]);
  });

  it('has an artifact that, damaged before its digest, is refused or answers', () => {
    expectSoundWhenDamaged(trained.artifact, rowAt(0.5));
  });

  it('has landmarks that are rows, or is refused', () => {
    const fitted = readModel(trained.artifact);
    const map = fitted.encoder.map as LandmarkScores;
    const withMap = (changed: Partial<LandmarkScores>) =>
      writeModel({ ...fitted, encoder: { ...fitted.encoder, map: { ...map, ...changed } } }).bytes;
    const refusal = (changed: Partial<LandmarkScores>) => outcomeOf(withMap(changed), rowAt(0));
    const changedRows = (change: (rows: Int32Array) => void) => {
      const changed = map.rows.slice();
      change(changed);
      return changed;
    };
    expect(refusal({})).toBe('opened');
    for (const changed of [
      { rows: changedRows((all) => all.reverse()) },
      { rows: changedRows((all) => all.fill(rows, all.length - 1)) },
      { rows: changedRows((all) => all.fill(-1, 0, 1)) },
      { rows: map.rows.slice(1) },
      { rows: new Int32Array(0), weights: map.weights.slice(0, map.to) },
      { weights: map.weights.map(() => Number.NaN) },
      { weights: map.weights.map(() => 1e6) },
      { from: map.from + 1 },
      { to: 0 },
    ])
      expect(refusal(changed), JSON.stringify(Object.keys(changed))).toBe('artifact_map');
    expect(refusal({ halfAt: 0 })).toBe('artifact_header');
  });
});

describe('trainModel where bounds of a few features decide together', () => {
  const data = boundedClasses();
  const settings = { ...DEFAULT_SETTINGS, neighbour_candidates: [5, 15] };
  const trained = trainModel(data, settings);
  const model = openModel(trained.artifact, trained.artifactSha256);
  const rowAt = (a: number, b: number) => [a, b, ...Array.from({ length: BOUNDED_WIDTH - 2 }, () => 0.5)];

  it('takes scores by trees, which find the bounds among features that say nothing, and says so', () => {
    expect(trained.chosen.recipe.space).toBe('trees');
    expect(trained.evaluation.macroF1).toBeGreaterThan(0.85);
    const plain = trained.candidates.filter(({ recipe }) => recipe.space === 'plain');
    expect(Math.max(...plain.map(({ macroF1 }) => macroF1))).toBeLessThan(0.8);
    expect(renderModelReport(modelReport(trained, data, settings), 'bounds')).toContain('boosted trees');
  });

  it('answers from its artifact, bit for bit each time, with the rows as they were', () => {
    for (const [a, b] of [
      [0.1, 0.1],
      [0.1, 0.9],
      [0.9, 0.1],
      [0.9, 0.9],
    ] as const)
      expect(model.predict(rowAt(a, b)).prediction).toBe(data.classes[boundedClass(a, b)]);
    expect(trainModel(data, settings).artifactSha256).toBe(trained.artifactSha256);
    const again = openModel(writeModel(readModel(trained.artifact)).bytes);
    expect(again.explain(rowAt(0.5, 0.5))).toEqual(model.explain(rowAt(0.5, 0.5)));
    for (const column of readModel(trained.artifact).raw) expect(column).toBeInstanceOf(Float32Array);
    const stored = model.rawRows.table();
    data.columns.forEach((column, i) => {
      expect(stored[i]).toEqual(column);
    });
  });

  it('tells what is new by plain coordinates', () => {
    const told = (value: number) => model.explain(Array.from({ length: BOUNDED_WIDTH }, () => value)).novelty;
    expect(told(0.5).isNovel).toBe(false);
    expect(told(100)).toMatchObject({ isNovel: true, percentile: 1 });
  });

  it('has an artifact that, damaged before its digest, is refused or answers', () => {
    expectSoundWhenDamaged(trained.artifact, rowAt(0.5, 0.5));
  });

  it('has trees in which every row comes to a leaf, or is refused', () => {
    const fitted = readModel(trained.artifact);
    const map = fitted.encoder.map as TreeScores;
    const refusal = (changed: Partial<TreeScores>) =>
      outcomeOf(
        writeModel({ ...fitted, encoder: { ...fitted.encoder, map: { ...map, ...changed } } }).bytes,
        rowAt(0.5, 0.5),
      );
    const withTrees = (trees: Partial<BoostedTrees>) => ({ trees: { ...map.trees, ...trees } });
    const { starts, coordinates, bounds, children, leaves } = map.trees;
    expect(refusal({})).toBe('opened');
    for (const changed of [
      withTrees({ children: children.map(() => 0) }),
      withTrees({ children: children.map(() => 255) }),
      withTrees({ children: children.slice(1) }),
      withTrees({ starts: starts.map((start, i) => (i === 1 ? coordinates.length + 1 : start)) }),
      withTrees({ starts: starts.slice(0, -1) }),
      withTrees({ coordinates: coordinates.map(() => BOUNDED_WIDTH) }),
      withTrees({ bounds: bounds.map(() => Number.NaN) }),
      withTrees({ leaves: leaves.map(() => 1e10) }),
      withTrees({ leaves: leaves.slice(1) }),
      { weights: map.weights.map(() => Number.NaN) },
      { weights: map.weights.slice(1) },
      { rows: new Int32Array(0) },
      { from: map.from + 1 },
      { to: 1 },
    ])
      expect(refusal(changed), JSON.stringify(Object.keys(changed))).toBe('artifact_map');
  });
});

describe('trainModel within narrow bounds', () => {
  const next = xorshift(3);
  const rows = 6000;
  const settings = { ...DEFAULT_SETTINGS, neighbour_candidates: [3, 9] };
  const labels = Int32Array.from({ length: rows }, () => Math.floor(next() * 3));
  const data: TrainingData = {
    ...irisData(),
    labels,
    columns: Array.from({ length: 4 }, (_, i): ColumnData => {
      const name = `column ${i}`;
      if (i % 2 === 0)
        return { name, type: 'numeric', values: Float64Array.from(labels, (label) => next() + 0.4 * label) };
      const categories = ['a', 'b', 'c', 'd', 'e', 'f'];
      return { name, type: 'categorical', codes: labels.map(() => Math.floor(next() * 6)), categories };
    }),
  };
  const whole = trainModel(data, settings);
  const { work, memoryBytes } = whole.planned;

  it('tries less when the time is short, says so, and gives the same bytes each time', () => {
    const bounds = { seconds: totalSeconds(work) / 10, bytes: 2 * memoryBytes };
    const trained = trainModel(data, settings, { bounds });
    expect(whole.planned.thinned).toEqual([]);
    expect(trained.planned.thinned.map(({ what }) => what)).toEqual(['selection_rows', 'trees', 'landmarks']);
    expect(trained.rows.selection).toBeLessThan(whole.rows.selection);
    expect(trained.evaluation.macroF1).toBeGreaterThan(0.5);
    expect(trainModel(data, settings, { bounds }).artifactSha256).toBe(trained.artifactSha256);
    const { meta } = openModel(trained.artifact, trained.artifactSha256);
    expect(meta.lineage.settings).toMatchObject({ thinned: trained.planned.thinned });
    const report = modelReport(trained, data, settings);
    expect(report.estimate.thinned).toEqual(trained.planned.thinned);
    expect(report.estimate.work_seconds).toBeLessThanOrEqual(bounds.seconds);
    expect(describeEstimate(report).join(' ')).toMatch(
      /the setting was chosen on about [\d,]+ rows instead of/,
    );
    expect(renderModelReport(report, 'thinned')).toContain('To stay within that: ');
  });

  it('gives columns class frequencies when indicators would take too much memory', () => {
    const seconds = 2 * totalSeconds(work);
    const unscored = planTraining(sizeOfData(data), settings, { seconds, bytes: memoryBytes - 1 });
    const bounds = { seconds, bytes: unscored.memoryBytes - 0.2 * 8 * rows * 14 };
    const trained = trainModel(data, settings, { bounds });
    const { features } = openModel(trained.artifact, trained.artifactSha256);
    expect(trained.planned.thinned.map(({ what }) => what)).toEqual(['indicators', 'landmarks']);
    for (const feature of features)
      if (feature.type === 'categorical') expect(feature.frequencies).not.toBeNull();
  });

  it('refuses at once what cannot be narrowed enough', () => {
    const phases: string[] = [];
    const train = (bounds: TrainingBounds) =>
      trainModel(data, settings, { bounds, onProgress: (phase) => void phases.push(phase) });
    expect(() => train({ seconds: 1e-6, bytes: 2 * memoryBytes })).toThrow(/would take about 1 s/);
    expect(() => train({ seconds: 100, bytes: 1000 })).toThrow(/GB of memory/);
    expect(phases).toEqual([]);
  });
});
