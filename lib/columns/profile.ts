import type * as z from 'zod/mini';

/** Statistics of a column's numbers. All but `count` and `missing` are null when no row has a value. */
export interface NumbersSummary {
  readonly count: number;
  readonly missing: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  /** Population standard deviation. */
  readonly sd: number | null;
  /** By probability: p01, p05, p25, p50, p75, p95, p99. */
  readonly quantiles: Readonly<Record<string, number>> | null;
  readonly histogram: { readonly edges: readonly number[]; readonly counts: readonly number[] } | null;
  /** True when quantiles and histogram come from all values, not from a sketch: see NumbersProfiling. */
  readonly exact: boolean;
}

/** Statistics of a column's texts. */
export interface TextsSummary {
  readonly count: number;
  readonly missing: number;
  /** Number of distinct texts. */
  readonly categories: number;
  /** The most frequent texts; ties are in code-unit order. */
  readonly top: readonly { readonly value: string; readonly count: number }[];
}

/** How report.json and report.html show a kind of column. */
export interface Profiling<Profile, Summary> {
  readonly profile: z.ZodMiniType<Profile>;
  profileOf(name: string, summary: Summary): Profile;
  /** HTML below the column's name, counts and gaps. Everything in it is escaped. */
  render(profile: Profile): string;
}

/** How they show a kind that is kept as numbers. */
export interface NumbersProfiling<Profile> extends Profiling<Profile, NumbersSummary> {
  /**
   * How quantiles of many values are estimated: within 0.4% of their magnitude; or within a small part of
   * their span, for integers such as instants, whose distance from 0 means nothing.
   */
  readonly sketchedBy: 'magnitude' | 'span';
  /** One value, in the form of the profile's minimum and maximum. */
  shownValue(value: number): number | string;
}
