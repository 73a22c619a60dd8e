import type { ColumnSample } from '../reading.ts';

/** All nines: 99, 9999, -999. Programs without gaps write such numbers for "no value". */
const ALL_NINES = new Set([99, 999, 9999, 99_999, 999_999]);

/** Fewer cells than this may have such a value by chance. */
const MIN_CELLS = 3;
/** Fewer other values than this show no range. */
const MIN_OTHERS = 20;

/**
 * Numbers that may mean "no value" in a column of plain decimals: all nines, several times, and farther from
 * all other values than these are from each other.
 */
export function sentinelsIn({ plainValues }: ColumnSample): number[] {
  const counts = new Map<number, number>();
  for (const value of plainValues)
    if (ALL_NINES.has(Math.abs(value))) counts.set(value, (counts.get(value) ?? 0) + 1);
  for (const [value, count] of counts) if (count < MIN_CELLS) counts.delete(value);
  if (counts.size === 0) return [];
  let [others, min, max] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of plainValues) {
    if (counts.has(value)) continue;
    others++;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  if (others < MIN_OTHERS) return [];
  return [...counts.keys()]
    .filter((value) => Math.max(value - max, min - value) > max - min)
    .sort((a, b) => a - b);
}

/** The texts that a column writes for some numbers. */
export function writtenTexts({ texts }: ColumnSample, numbers: readonly number[]): string[] {
  const all = Array.from({ length: texts.size }, (_, i) => texts.textOf(i));
  return all.filter((text) => text !== '' && numbers.includes(Number(text))).sort();
}
