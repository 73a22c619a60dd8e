import type { ColumnCode } from './encoding.ts';
import type { NumbersColumn, TextsColumn } from './storage.ts';

/**
 * How numbers become coordinates: in standard deviations from the mean, or by their rank among the training
 * data.
 */
export const NUMBER_SCALES = ['standard', 'rank'] as const;

export type NumberScale = (typeof NUMBER_SCALES)[number];

/**
 * How dates become coordinates: by their place in time alone, or also by month, weekday and hour, which come
 * round again.
 */
export const TIME_SCALES = ['line', 'cycles'] as const;

export type TimeScale = (typeof TIME_SCALES)[number];

/** What a column's code is learnt from. */
export interface LearningColumn<Column extends NumbersColumn | TextsColumn> {
  /** Rows to learn from: of many, a part. */
  readonly column: Column;
  /** The numbers that are not missing, ascending; empty for a column of texts. */
  readonly sorted: Float64Array;
  /** Whether any row at all lacks a value. */
  readonly nullable: boolean;
  /** Class indices, in step with the column. */
  readonly labels: Int32Array;
  readonly classCount: number;
}

/** Appends arrays to the encoder's table; returns the place of the first. */
export type PlaceInTable = (...arrays: Float64Array[]) => number;

/** Makes a column's code, with the weight 1. */
export type MakeCode<Code> = (numbers: NumberScale, place: PlaceInTable, times: TimeScale) => Code;

/** Where a whole column's coordinates go: the first row's at `offset`, each next row's `stride` further. */
export interface ColumnTarget {
  readonly points: Float64Array;
  readonly offset: number;
  readonly stride: number;
}

/** What training does with whole columns of one kind. */
export interface Learning<Code extends ColumnCode, Column extends NumbersColumn | TextsColumn> {
  /** Whether codes differ by number scale: only then training tries both. */
  readonly usesNumberScale: boolean;
  /** Whether codes differ by time scale. */
  readonly usesTimeScale: boolean;
  /** Learns what all scales have in common, once: codes are made many times. */
  learn(source: LearningColumn<Column>): MakeCode<Code>;
  /** Writes the coordinates of all rows, over zeros: the same that `encodeValue` writes. */
  encodeColumn(code: Code, column: Column, table: Float64Array, target: ColumnTarget): void;
}
