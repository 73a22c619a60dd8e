/** The data points that a statistic of a range includes. */
export interface Range {
  /** Exclusive. Undefined: from the lowest value. */
  readonly lower: number | undefined;
  /** Inclusive. Undefined: to the highest value. */
  readonly upper: number | undefined;
  /** Whether the bounds are percentiles. If not, they are values. */
  readonly percent: boolean;
}

export type SummaryName = 'SampleCount' | 'Sum' | 'Average' | 'Minimum' | 'Maximum';
export type RangeMeasure = 'TM' | 'WM' | 'TC' | 'TS' | 'PR';

export type Statistic =
  | { readonly kind: 'summary'; readonly name: SummaryName }
  | { readonly kind: 'percentile'; readonly percent: number }
  | { readonly kind: 'range'; readonly measure: RangeMeasure; readonly range: Range };

export const SUMMARY_NAMES: readonly SummaryName[] = ['SampleCount', 'Sum', 'Average', 'Minimum', 'Maximum'];

const NUMBER = '\\d+(?:\\.\\d{1,10})?';
const SINGLE = new RegExp(`^(p|tm|wm|tc|ts)(${NUMBER})$`);
const RANGE = new RegExp(`^(TM|WM|TC|TS|PR)\\((?:(${NUMBER})(%?))?:(?:(${NUMBER})(%?))?\\)$`);

/**
 * Reads the name of a statistic: `Sum`, `p99.9`, `tm99`, `IQM`, `TC(0.005:0.030)`, `TM(10%:90%)`, `PR(:300)`.
 * Undefined for any other text. Source: "CloudWatch statistics definitions", section Syntax, in the Amazon
 * CloudWatch User Guide.
 */
export function parseStatistic(text: string): Statistic | undefined {
  const name = SUMMARY_NAMES.find((candidate) => candidate === text);
  if (name !== undefined) return { kind: 'summary', name };
  if (text === 'IQM') return parseStatistic('TM(25%:75%)');
  return parseSingle(text) ?? parseRange(text);
}

function parseSingle(text: string): Statistic | undefined {
  const [, letters, digits] = SINGLE.exec(text) ?? [];
  if (letters === undefined) return undefined;
  const percent = Number(digits);
  if (percent > 100) return undefined;
  if (letters === 'p') return { kind: 'percentile', percent };
  const range = { lower: undefined, upper: percent, percent: true };
  return { kind: 'range', measure: letters.toUpperCase() as RangeMeasure, range };
}

function parseRange(text: string): Statistic | undefined {
  const match = RANGE.exec(text);
  if (match === null) return undefined;
  const [, measure, lowerText, lowerSign, upperText, upperSign] = match;
  const lower = lowerText === undefined ? undefined : Number(lowerText);
  const upper = upperText === undefined ? undefined : Number(upperText);
  const signs = new Set(
    [lower !== undefined && lowerSign, upper !== undefined && upperSign].filter((s) => s !== false),
  );
  const percent = signs.has('%');
  if (signs.size !== 1 || (measure === 'PR' && percent) || !isOrdered(lower, upper, percent))
    return undefined;
  return { kind: 'range', measure: measure as RangeMeasure, range: { lower, upper, percent } };
}

function isOrdered(lower: number | undefined, upper: number | undefined, percent: boolean): boolean {
  if (percent && Math.max(lower ?? 0, upper ?? 0) > 100) return false;
  return lower === undefined || upper === undefined || lower < upper;
}
