import type { Learning, LearningColumn } from '../learning.ts';
import type { TextsColumn } from '../storage.ts';
import type { CategoricalCode } from './code.ts';
import { categoryIndex, writeCategory } from './encoding.ts';

/** With more categories than this, a feature is encoded by the class frequencies of each category. */
const MAX_INDICATORS = 32;
/** Number of classes whose frequencies are used then: the most frequent ones. */
const MAX_FREQUENCY_CLASSES = 16;
/**
 * Rows of the overall frequencies that are mixed into each category's, so that a rare category does not
 * reveal its own label.
 */
const PRIOR_ROWS = 10;

interface Frequencies {
  readonly width: number;
  readonly rows: Float64Array;
}

/** Gives each of few categories an indicator; of many, learns their class frequencies. */
export const categoricalLearning: Learning<CategoricalCode, TextsColumn<'categorical'>> = {
  usesNumberScale: false,
  usesTimeScale: false,
  learn(source) {
    const { column, nullable } = source;
    const categories = [...column.categories];
    const code = { name: column.name, type: 'categorical' as const, nullable, categories, weight: 1 };
    let frequencies: Frequencies | undefined;
    return (_scale, place) => {
      if (categories.length <= MAX_INDICATORS) return { ...code, frequencies: null };
      frequencies ??= classFrequencies(source);
      return { ...code, frequencies: { at: place(frequencies.rows), width: frequencies.width } };
    };
  },
  encodeColumn(code, { codes, categories }, table, { points, offset, stride }) {
    const indices = categories.map((category) => categoryIndex(code.categories, category));
    for (let row = 0, at = offset; row < codes.length; row++, at += stride) {
      const category = codes[row]!;
      writeCategory(code, category < 0 ? -1 : indices[category]!, table, points, at);
    }
  },
};

/** Smoothed frequency of each class for each category (Stanfill and Waltz's value difference, 1986). */
function classFrequencies({
  column,
  labels,
  classCount,
}: LearningColumn<TextsColumn<'categorical'>>): Frequencies {
  const { codes, categories } = column;
  const overall = new Float64Array(classCount);
  for (const label of labels) overall[label]! += 1 / labels.length;
  const classes = [...overall.keys()]
    .sort((a, b) => overall[b]! - overall[a]! || a - b)
    .slice(0, MAX_FREQUENCY_CLASSES);
  const position = new Int32Array(classCount).fill(-1);
  classes.forEach((label, at) => {
    position[label] = at;
  });
  const width = classes.length;
  const counts = new Float64Array((categories.length + 2) * width);
  const totals = new Float64Array(categories.length + 2);
  codes.forEach((code, row) => {
    const category = code < 0 ? categories.length : code;
    const at = position[labels[row]!]!;
    totals[category]!++;
    if (at >= 0) counts[category * width + at]!++;
  });
  const rows = counts.map((seen, at) => {
    const prior = PRIOR_ROWS * overall[classes[at % width]!]!;
    return (seen + prior) / (totals[Math.floor(at / width)]! + PRIOR_ROWS);
  });
  return { width, rows };
}
