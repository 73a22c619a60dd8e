import type { TrainingData } from '../../lib/training/training-data.ts';
import { xorshift } from './xorshift.ts';

/** Features of a row of boundedClasses. */
export const BOUNDED_WIDTH = 10;

/** The class index of a row of boundedClasses: by the bounds of two features together. */
export const boundedClass = (a: number, b: number) => Number(a > 0.4 !== b > 0.6);

/** 700 rows whose class is decided by two features together, among eight that say nothing. */
export function boundedClasses(): TrainingData {
  const next = xorshift(11);
  const rows = 700;
  const points = Array.from({ length: BOUNDED_WIDTH }, () =>
    Float64Array.from({ length: rows }, () => Math.fround(next())),
  );
  return {
    columns: points.map((values, i) => ({ name: `x${i}`, type: 'numeric', values })),
    labels: Int32Array.from(points[0]!, (a, row) => boundedClass(a, points[1]![row]!)),
    classes: ['inside', 'outside'],
    label: 'class',
    missingTokens: [],
    datasetSha256: 'd'.repeat(64),
  };
}
