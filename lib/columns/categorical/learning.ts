import type { Learning, LearningColumn } from '../learning.ts';
import type { TextsColumn } from '../storage.ts';
import type { CategoricalCode } from './code.ts';
import { categoryIndex, writeCategory } from './encoding.ts';

/** Number of classes whose frequencies are used instead of indicators: the most frequent ones. */
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

/**
 * The number of coordinates of a column with so many categories, at most: an indicator for each and one for
 * gaps, or the frequencies of the classes, no more than there might be indicators.
 */
function categoryWidth(categories: number, classCount: number, maxIndicators: number): number {
  if (categories <= maxIndicators) return categories + 1;
  return Math.min(classCount, MAX_FREQUENCY_CLASSES, maxIndicators);
}

/** Gives each of few categories an indicator; of many, learns their class frequencies. */
export const categoricalLearning: Learning<CategoricalCode, TextsColumn<'categorical'>> = {
  usesNumberScale: false,
  usesTimeScale: false,
  usesGapScale: false,
  maxWidth: ({ categories, classCount, maxIndicators }) =>
    categoryWidth(categories, classCount, maxIndicators),
  cellNs: () => 40,
  learn(source) {
    const { column, nullable, maxIndicators } = source;
    const categories = [...column.categories];
    const code = { name: column.name, type: 'categorical' as const, nullable, categories, weight: 1 };
    let frequencies: Frequencies | undefined;
    return (_scales, place) => {
      if (categories.length <= maxIndicators) return { ...code, frequencies: null };
      frequencies ??= classFrequencies(source);
      return { ...code, frequencies: { at: place(frequencies.rows), width: frequencies.width } };
    };
  },
  encodeColumn(code, { codes, categories }, table, { points, offset, stride }) {
    const indices = indicesIn(code.categories, categories);
    for (let row = 0, at = offset; row < codes.length; row++, at += stride) {
      const category = codes[row]!;
      writeCategory(code, category < 0 ? -1 : indices[category]!, table, points, at);
    }
  },
};

/** The position of each text in a list in code-unit order. Most often the two lists are the same. */
function indicesIn(list: readonly string[], texts: readonly string[]): (number | null)[] {
  return texts.map((text, i) => (list[i] === text ? i : categoryIndex(list, text)));
}

/** Smoothed frequency of each class for each category (Stanfill and Waltz's value difference, 1986). */
function classFrequencies({
  column,
  labels,
  classCount,
  maxIndicators,
}: LearningColumn<TextsColumn<'categorical'>>): Frequencies {
  const { codes, categories } = column;
  const overall = new Float64Array(classCount);
  for (const label of labels) overall[label]! += 1 / labels.length;
  const classes = [...overall.keys()]
    .sort((a, b) => overall[b]! - overall[a]! || a - b)
    .slice(0, categoryWidth(categories.length, classCount, maxIndicators));
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
