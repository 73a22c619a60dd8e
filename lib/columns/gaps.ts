/**
 * Texts that mean "no value" in every column, unless a contract turns them off. The empty field always does.
 */
export const USUAL_GAPS: readonly string[] = [
  'NA',
  'N/A',
  'NaN',
  'nan',
  'NULL',
  'null',
  'n/a',
  '#N/A',
  '<NA>',
  '?',
];

/**
 * Texts that mean "no value" only in columns that are kept as numbers: elsewhere they may be ordinary values.
 */
export const USUAL_NUMBER_GAPS: readonly string[] = ['None', '-', '.', '\\N'];

/** The contract's rules for gaps. */
export interface GapRules {
  readonly missing_tokens?: readonly string[] | undefined;
  readonly default_missing_tokens?: boolean | undefined;
}

/**
 * Texts that mean "no value", without the empty one: in columns of texts, and in columns that are kept as
 * numbers.
 */
export interface GapTexts {
  readonly texts: readonly string[];
  readonly numbers: readonly string[];
}

/** The gaps of a file: the usual ones, unless they are turned off, and those that its contract adds. */
export function gapTexts({
  missing_tokens: own = [],
  default_missing_tokens: usual = true,
}: GapRules): GapTexts {
  const texts = [...new Set([...(usual ? USUAL_GAPS : []), ...own])];
  return { texts, numbers: [...new Set([...texts, ...(usual ? USUAL_NUMBER_GAPS : [])])] };
}
