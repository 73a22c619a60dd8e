import { writeModel } from '../../lib/classifier/model-file.ts';
import { fitModel } from '../../lib/training/fit-model.ts';
import { fittedModel } from '../helpers/fitted-model.ts';

/** The documented maxima of a table: its columns with the label, the categories of one, the classes. */
export const COLUMNS = 1000;
const CATEGORIES = 10_000;
const CLASSES = 1000;
/** The documented maximum of a label or a text in one, in characters; each takes three bytes in UTF-8. */
const CHARACTERS = 128;

/** A text of 128 characters of three bytes, which differ by number. */
export const longText = (number: number) => {
  const digits = String(number).padStart(6, '\u3007');
  return digits
    .replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit)))
    .padEnd(CHARACTERS, '\u6f22');
};

/** Names of the features: the label is one more column. */
export const NAMES = Array.from({ length: COLUMNS - 1 }, (_, column) => longText(column));

/** The name of a model of one feature, whose classes have the longest names. */
export const NARROW = 'narrow';

export const narrowModel = () =>
  writeModel(fittedModel(Float64Array.of(0, 1, 2, 3), Int32Array.of(0, 0, 1, 1), 3, texts(2)));

const texts = (count: number) => Array.from({ length: count }, (_, i) => longText(i)).sort();

/**
 * A model with as many columns, categories and classes as are accepted, and names as long, of as few rows as
 * that takes. Every second feature is numeric; the first of the others has the most categories.
 */
export function widestModel() {
  const labels = Int32Array.from({ length: CLASSES }, (_, row) => row);
  const few = texts(8);
  const columns = NAMES.map((name, column) =>
    column % 2 === 0
      ? { name, type: 'numeric' as const, values: Float64Array.from(labels, (row) => (row * column) % 97) }
      : {
          name,
          type: 'categorical' as const,
          codes: Int32Array.from(labels, (row) => (column === 1 ? row * 10 : row % few.length)),
          categories: column === 1 ? texts(CATEGORIES) : few,
        },
  );
  const data = {
    columns,
    labels,
    classes: texts(CLASSES),
    label: longText(COLUMNS),
    missingTokens: ['NA'],
    datasetSha256: 'd'.repeat(64),
  };
  return writeModel(
    fitModel(data, data, {
      chosen: {
        recipe: { numbers: 'standard', space: 'plain' },
        metric: 'euclidean',
        neighbours: 25,
        votes: { weights: 'uniform', balance: 0 },
      },
      unseen: { predicted: Int32Array.of(0), shares: Float64Array.of(1), truth: Int32Array.of(0) },
      lineage: { dataset_sha256: data.datasetSha256, algorithm_version: 0, seed: 0, settings: {} },
    }),
  );
}
