import type { TrainingData } from '../../../lib/training/training-data.ts';
import { xorshift } from '../../helpers/xorshift.ts';

const CLASSES = 5;

/**
 * A seeded table of numbers: each class is two clusters, some features are noise, and some labels are wrong.
 */
export function drawTable(rows: number, dimension: number): TrainingData {
  const random = xorshift(2024);
  const normal = () => random() + random() + random() + random() + random() + random() - 3;
  const centres = Array.from({ length: 2 * CLASSES }, () =>
    Array.from({ length: dimension }, (_, i) => (i % 3 === 2 ? 0 : 2 * normal())),
  );
  const columns = Array.from({ length: dimension }, () => new Float64Array(rows));
  const labels = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const cloud = Math.floor(random() * centres.length);
    labels[row] = random() < 0.05 ? Math.floor(random() * CLASSES) : cloud % CLASSES;
    columns.forEach((column, i) => {
      column[row] = centres[cloud]![i]! + normal();
    });
  }
  return {
    columns: columns.map((values, i) => ({
      name: `n${String(i).padStart(2, '0')}`,
      type: 'numeric',
      values,
    })),
    labels,
    classes: Array.from({ length: CLASSES }, (_, i) => `class ${i}`),
    label: 'class',
    missingTokens: [],
    datasetSha256: '0'.repeat(64),
  };
}
