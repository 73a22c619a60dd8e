import { type ShareTable, shareTable, surplus, turned } from '../class-shares.ts';
import type { Learning, LearningColumn } from '../learning.ts';
import type { TextsColumn } from '../storage.ts';
import type { CategoricalCode } from './code.ts';
import { categoryIndex, writeCategory } from './encoding.ts';

/** Number of classes whose frequencies or shares are used instead of indicators: the most frequent ones. */
const MAX_FREQUENCY_CLASSES = 16;

/** The most coordinates of a column by class frequencies: no more than there might be indicators. */
const frequencyWidth = (classCount: number, maxIndicators: number) =>
  Math.min(classCount, MAX_FREQUENCY_CLASSES, maxIndicators);

/**
 * The most coordinates of a column by class shares, fewer than it would have indicators. Of two classes, one
 * share tells the other. What categories and gaps have more than usual adds up to nothing, so the last one
 * follows from the others.
 */
const shareWidth = (categories: number, nullable: boolean, classCount: number) =>
  Math.max(1, Math.min(pairedClasses(classCount), categories - (nullable ? 0 : 1)));

const pairedClasses = (classCount: number) =>
  classCount <= 2 ? 1 : Math.min(classCount, MAX_FREQUENCY_CLASSES);

/**
 * Gives each of few categories an indicator; of many, learns their class frequencies. If a recipe asks for
 * it, learns class shares of few as of many.
 */
export const categoricalLearning: Learning<CategoricalCode, TextsColumn<'categorical'>> = {
  usesNumberScale: false,
  usesTimeScale: false,
  usesCategoryScale: true,
  maxWidth({ categories, nullable, classCount, maxIndicators, scales }) {
    if (scales.categories === 'class_shares') return shareWidth(categories, nullable, classCount);
    // One more, for gaps.
    return categories <= maxIndicators ? categories + 1 : frequencyWidth(classCount, maxIndicators);
  },
  cellNs: () => 40,
  learn(source) {
    const { column, nullable, maxIndicators } = source;
    const categories = [...column.categories];
    const code = { name: column.name, type: 'categorical' as const, nullable, categories, weight: 1 };
    const frequencies = once(() => classFrequencies(source));
    const shares = once(() => classShares(source));
    return (scales, place) => {
      const isShared = scales.categories === 'class_shares';
      if (!isShared && categories.length <= maxIndicators) return { ...code, frequencies: null };
      const { rows, width } = isShared ? shares() : frequencies();
      return { ...code, frequencies: { at: place(rows), width } };
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

type Source = LearningColumn<TextsColumn<'categorical'>>;

const classFrequencies = (source: Source): ShareTable =>
  shareTable(grouped(source), frequencyWidth(source.classCount, source.maxIndicators));

function classShares(source: Source): ShareTable {
  const { column, nullable, classCount } = source;
  const isPair = classCount <= 2;
  const shares = shareTable(grouped(source), pairedClasses(classCount), (share, overall) =>
    surplus(share, overall, isPair),
  );
  return turned(shares, shareWidth(column.categories.length, nullable, classCount));
}

/** Each category is a group, and missing and unseen are one each. */
const grouped = ({ column: { codes, categories }, labels, classCount }: Source) => ({
  groupOf: (row: number) => (codes[row]! < 0 ? categories.length : codes[row]!),
  groups: categories.length + 2,
  labels,
  classCount,
});

function once(make: () => ShareTable): () => ShareTable {
  let made: ShareTable | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** The position of each text in a list in code-unit order. Most often the two lists are the same. */
function indicesIn(list: readonly string[], texts: readonly string[]): (number | null)[] {
  return texts.map((text, i) => (list[i] === text ? i : categoryIndex(list, text)));
}
