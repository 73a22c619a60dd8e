import type { ColumnCode } from './encoding.ts';
import type { NumbersColumn, TextsColumn } from './storage.ts';

/**
 * How numbers become coordinates: in standard deviations from the mean, or by their rank in the training
 * data.
 */
export const NUMBER_SCALES = ['standard', 'rank'] as const;

export type NumberScale = (typeof NUMBER_SCALES)[number];

/**
 * How dates become coordinates: by their position in time alone, or also by the cycles of month, weekday and
 * hour.
 */
export const TIME_SCALES = ['line', 'cycles'] as const;

export type TimeScale = (typeof TIME_SCALES)[number];

/**
 * How missing numbers and dates become coordinates: as the median, or beside it, as far as the classes occur
 * differently with them.
 */
export const GAP_SCALES = ['median', 'class_shares'] as const;

export type GapScale = (typeof GAP_SCALES)[number];

/** How the values of each kind become coordinates. */
export interface Scales {
  readonly numbers: NumberScale;
  readonly times: TimeScale;
  readonly gaps: GapScale;
}

/** Data from which a column's code is learnt. */
export interface LearningColumn<Column extends NumbersColumn | TextsColumn> {
  /** Rows to learn from; a part of them if there are many. */
  readonly column: Column;
  /** The present numbers, ascending; empty for a column of texts. */
  readonly sorted: Float64Array;
  /** Whether any row has a gap. */
  readonly nullable: boolean;
  /** Class indices, parallel to the column. */
  readonly labels: Int32Array;
  readonly classCount: number;
  /** A column of texts with more categories than this has class frequencies instead of indicators. */
  readonly maxIndicators: number;
}

/**
 * The usual most indicators of a column of texts. Training lowers it where coordinates would take too much
 * memory.
 */
export const MAX_INDICATORS = 32;

/** Appends arrays to the encoder's table; returns the index of the first. */
export type PlaceInTable = (...arrays: Float64Array[]) => number;

/** Makes a column's code, with weight 1. */
export type MakeCode<Code> = (scales: Scales, place: PlaceInTable) => Code;

/**
 * Destination of a whole column's coordinates: the first row's at `offset`, each next row's `stride` further.
 */
export interface ColumnTarget {
  readonly points: Float64Array;
  readonly offset: number;
  readonly stride: number;
}

/** What the number of a column's coordinates depends on. */
export interface WidthFacts {
  /** Whether any row has a gap. */
  readonly nullable: boolean;
  /** Distinct texts; 0 for a column of numbers. */
  readonly categories: number;
  readonly classCount: number;
  readonly maxIndicators: number;
  readonly scales: Pick<Scales, 'times' | 'gaps'>;
}

/** How training handles whole columns of one kind. */
export interface Learning<Code extends ColumnCode, Column extends NumbersColumn | TextsColumn> {
  /** Whether codes differ by number scale: only then does training try both. */
  readonly usesNumberScale: boolean;
  /** Whether codes differ by time scale. */
  readonly usesTimeScale: boolean;
  /** Whether codes of a column with gaps differ by the scale of gaps. */
  readonly usesGapScale: boolean;
  /** The most coordinates of a column, by its number of categories. */
  maxWidth(size: WidthFacts): number;
  /** Nanoseconds to write one cell's coordinates, about, as measured: see lib/training/estimate-work.ts. */
  cellNs(times: TimeScale): number;
  /** Learns once what all scales have in common, because codes are made many times. */
  learn(source: LearningColumn<Column>): MakeCode<Code>;
  /** Writes the coordinates of all rows over zeros. They equal those of `encodeValue`. */
  encodeColumn(code: Code, column: Column, table: Float64Array, target: ColumnTarget): void;
}
