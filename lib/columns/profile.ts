import type * as z from 'zod/mini';

/** What the numbers of a column are like. All but `count` and `missing` are null when no row has a value. */
export interface NumbersSummary {
  readonly count: number;
  readonly missing: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  /** Of the population. */
  readonly sd: number | null;
  /** By probability: p01, p05, p25, p50, p75, p95, p99. */
  readonly quantiles: Readonly<Record<string, number>> | null;
  readonly histogram: { readonly edges: readonly number[]; readonly counts: readonly number[] } | null;
  /** True when quantiles and histogram come from all values, not from a sketch: see NumbersProfiling. */
  readonly exact: boolean;
}

/** What the texts of a column are like. */
export interface TextsSummary {
  readonly count: number;
  readonly missing: number;
  /** How many different ones. */
  readonly categories: number;
  /** The most frequent, ties in code-unit order. */
  readonly top: readonly { readonly value: string; readonly count: number }[];
}

/** How a kind of column stands in report.json and report.html. */
export interface Profiling<Profile, Summary> {
  readonly profile: z.ZodMiniType<Profile>;
  profileOf(name: string, summary: Summary): Profile;
  /** HTML below the column's name, counts and gaps: everything in it is escaped. */
  render(profile: Profile): string;
}

/** How a kind stands there that is kept as numbers. */
export interface NumbersProfiling<Profile> extends Profiling<Profile, NumbersSummary> {
  /**
   * How quantiles of many values are found: within 0.4% of their magnitude, or, of integers such as instants,
   * whose distance from 0 says nothing, within a small part of their span.
   */
  readonly sketchedBy: 'magnitude' | 'span';
}
