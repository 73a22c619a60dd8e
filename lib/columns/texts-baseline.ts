import * as z from 'zod/mini';
import type { TextsColumn } from './storage.ts';

/** The texts of one column by frequency. */
export const textsBaseline = <const Kind extends string>(kind: Kind) =>
  z
    .strictObject({
      name: z.string(),
      type: z.literal(kind),
      missing: z.int().check(z.minimum(0)),
      /** The most frequent texts. */
      categories: z.array(z.string()),
      counts: z.array(z.int().check(z.minimum(1))),
      /** Count of all texts that are not listed. */
      other: z.int().check(z.minimum(0)),
    })
    .check(
      z.refine(({ categories, counts }) => categories.length === counts.length, 'expected a count each'),
    );

export type TextsBaseline<Kind extends string = string> = z.infer<ReturnType<typeof textsBaseline<Kind>>>;

/** Longer texts are counted among the others, so that a baseline stays small for any data. */
export const LONGEST_CATEGORY = 128;

/**
 * Counts texts: the `mostCategories` most frequent by name, ties in the order of `categories`, and the others
 * together.
 */
export function summariseTexts(
  { codes, categories }: Pick<TextsColumn, 'codes' | 'categories'>,
  mostCategories: number,
) {
  const counts = new Int32Array(categories.length);
  for (const code of codes) if (code >= 0) counts[code]!++;
  const kept = Array.from(counts.keys())
    .filter((code) => counts[code]! > 0 && categories[code]!.length <= LONGEST_CATEGORY)
    .sort((a, b) => counts[b]! - counts[a]! || a - b)
    .slice(0, mostCategories);
  const present = counts.reduce((sum, each) => sum + each, 0);
  return {
    missing: codes.length - present,
    categories: kept.map((code) => categories[code]!),
    counts: kept.map((code) => counts[code]!),
    other: kept.reduce((left, code) => left - counts[code]!, present),
  };
}
