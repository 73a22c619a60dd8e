import { describe, expect, it } from 'vitest';
import { describeCurve } from '../../../lib/training/curve-words.ts';
import { DEFAULT_SETTINGS } from '../../../lib/training/settings.ts';
import { trainModel } from '../../../lib/training/train-model.ts';
import type { TrainingData } from '../../../lib/training/training-data.ts';
import { xorshift } from '../../helpers/xorshift.ts';

/** Two classes whose numbers overlap, so that more rows tell them apart better. */
function overlapping(rows: number): TrainingData {
  const next = xorshift(11);
  const labels = Int32Array.from({ length: rows }, (_, row) => row % 2);
  const column = (name: string) => ({
    name,
    type: 'numeric' as const,
    values: Float64Array.from(labels, (label) => label + 3 * next()),
  });
  return {
    columns: ['a', 'b', 'c'].map(column),
    labels,
    classes: ['no', 'yes'],
    label: 'kind',
    missingTokens: [],
    datasetSha256: 'a'.repeat(64),
  };
}

describe('the learning curve', () => {
  it('asks the same held-out rows of models of a quarter, a half and all training rows', () => {
    const { curve, rows, evaluation } = trainModel(overlapping(1200), DEFAULT_SETTINGS);
    const train = rows.all - rows.heldOut;
    expect(curve.map((point) => point.rows)).toEqual([expect.any(Number), expect.any(Number), train]);
    const [quarter, half] = curve;
    expect(Math.abs(quarter!.rows - train / 4)).toBeLessThan(3);
    expect(Math.abs(half!.rows - train / 2)).toBeLessThan(3);
    // Fewer than 2,000 rows were held out, so the last point is the evaluation itself.
    expect(curve[2]!.macroF1).toBe(evaluation.macroF1);
    for (const { macroF1, standardError } of curve) {
      expect(macroF1).toBeGreaterThan(0.5);
      expect(standardError).toBeGreaterThan(0);
    }
  });

  it('is not measured on too few rows, or without time for it', () => {
    expect(trainModel(overlapping(60), DEFAULT_SETTINGS).curve).toEqual([]);
    const { planned } = trainModel(overlapping(1200), DEFAULT_SETTINGS);
    const seconds = Object.values(planned.work).reduce((sum, part) => sum + part, 0);
    const bounds = { ...planned.bounds, seconds: 1.001 * seconds };
    expect(trainModel(overlapping(1200), DEFAULT_SETTINGS, { bounds }).curve).toEqual([]);
  });

  it('says whether more rows are likely to help', () => {
    const point = (rows: number, macro_f1: number) => ({ rows, macro_f1, standard_error: 0.01 });
    const rising = [point(100, 0.7), point(200, 0.8), point(400, 0.9)];
    expect(describeCurve({ learning_curve: rising })).toEqual([
      'Macro-F1 was 0.700 ± 0.010 with 100, 0.800 ± 0.010 with 200 and 0.900 ± 0.010 with 400 rows.',
      'More rows of the same kind are likely to help.',
    ]);
    const flat = [point(100, 0.7), point(200, 0.895), point(400, 0.9)];
    expect(describeCurve({ learning_curve: flat })[1]).toContain('would probably change little');
    expect(describeCurve({ learning_curve: [] })).toEqual([]);
    expect(describeCurve({})).toEqual([]);
  });
});
