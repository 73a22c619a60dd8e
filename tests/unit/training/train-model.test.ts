import { describe, expect, it } from 'vitest';
import { openModel } from '../../../lib/classifier/model-file.ts';
import type { ColumnData } from '../../../lib/columns/kinds.ts';
import { TrainingError } from '../../../lib/errors.ts';
import { describeEstimate } from '../../../lib/training/estimate-words.ts';
import { totalSeconds } from '../../../lib/training/estimate-work.ts';
import { modelReport } from '../../../lib/training/model-report.ts';
import { renderModelReport } from '../../../lib/training/model-report-html.ts';
import type { TrainingBounds } from '../../../lib/training/plan-training.ts';
import { DEFAULT_SETTINGS } from '../../../lib/training/settings.ts';
import { trainModel } from '../../../lib/training/train-model.ts';
import type { TrainingData } from '../../../lib/training/training-data.ts';
import { irisData } from '../../helpers/iris.ts';
import { xorshift } from '../../helpers/xorshift.ts';

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
    const bounds = { seconds: totalSeconds(work) / 2, bytes: 2 * memoryBytes };
    const trained = trainModel(data, settings, { bounds });
    expect(whole.planned.thinned).toEqual([]);
    expect(trained.planned.thinned.map(({ what }) => what)).toEqual(['selection_rows']);
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
    const bounds = { seconds: 2 * totalSeconds(work), bytes: memoryBytes - 0.2 * 8 * rows * 14 };
    const trained = trainModel(data, settings, { bounds });
    const { features } = openModel(trained.artifact, trained.artifactSha256);
    expect(trained.planned.thinned.map(({ what }) => what)).toEqual(['indicators']);
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
