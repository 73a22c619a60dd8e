import { readFileSync } from 'node:fs';
import type { TrainingData } from '../../lib/training/training-data.ts';

/**
 * The iris data in the form that training takes, read without the product's own scanner. Rows are in file
 * order.
 */
export function irisData(): TrainingData {
  const text = readFileSync(new URL('../../data/raw/iris.csv', import.meta.url), 'utf8');
  const [header, ...rows] = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','));
  const names = header!.slice(0, -1);
  const classes = [...new Set(rows.map((row) => row.at(-1)!))].sort();
  return {
    columns: names.map((name, i) => ({
      name,
      type: 'numeric',
      values: Float64Array.from(rows, (row) => Number(row[i])),
    })),
    labels: Int32Array.from(rows, (row) => classes.indexOf(row.at(-1)!)),
    classes,
    label: 'species',
    missingTokens: [],
    datasetSha256: 'd'.repeat(64),
  };
}
