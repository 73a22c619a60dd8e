import * as z from 'zod/mini';
import { categoricalProfiling } from './categorical/profile.ts';
import { categoricalReading } from './categorical/reading.ts';
import { categoricalShape } from './categorical/shape.ts';
import { PLAIN_FORMAT } from './numeric/number-format.ts';
import { numericProfiling } from './numeric/profile.ts';
import { isStrict, numericReading } from './numeric/reading.ts';
import { numericShape } from './numeric/shape.ts';
import type { NumbersSummary, Profiling, TextsSummary } from './profile.ts';
import type { CellVerdict, NumbersPlan, Reading, TextsPlan } from './reading.ts';
import type { NumbersFacts, Shape, TextsFacts } from './shape.ts';
import type { NumbersColumn, TextsColumn } from './storage.ts';

/**
 * The list of the kinds of column. Each is a folder here; whatever the rest of the system asks of a kind stands in one table below, by
 * aspect, so that a bundle holds the aspects that it uses and no others. A new kind is a folder and its lines in this file.
 */
export const STORAGE = { numeric: 'numbers', categorical: 'texts' } as const;

export type KindName = keyof typeof STORAGE;
/** The kinds that are kept as numbers, and as texts. */
export type NumbersKind = { [K in KindName]: (typeof STORAGE)[K] extends 'numbers' ? K : never }[KindName];
export type TextsKind = Exclude<KindName, NumbersKind>;

export const KIND_NAMES = Object.keys(STORAGE) as [KindName, ...KindName[]];

/** The kind of a label, whose values are texts. */
export const LABEL_KIND = 'categorical' satisfies TextsKind;

/** One column of a data set in memory. */
export type ColumnData = NumbersColumn<NumbersKind> | TextsColumn<TextsKind>;

/** Whether a kind's cells are kept as numbers. */
export const isNumbersKind = (kind: KindName): kind is NumbersKind => STORAGE[kind] === 'numbers';

/** Whether a column's cells are kept as numbers. */
export const isNumbers = (column: ColumnData): column is NumbersColumn<NumbersKind> => 'values' in column;

// How a file's columns are recognised and read: in this order, the first that recognises a column has it.

export const columnRule = z.discriminatedUnion('type', [numericReading.rule, categoricalReading.rule]);
export type ColumnRule = z.infer<typeof columnRule>;
export type FeaturePlan = NumbersPlan<NumbersKind> | TextsPlan<TextsKind>;

export const READINGS: Readonly<Record<KindName, Reading<ColumnRule, FeaturePlan>>> = {
  numeric: numericReading,
  categorical: categoricalReading,
};

/** Whether a column's cells are plain decimals, which the fast path reads. */
export const isReadFast = (plan: NumbersPlan<NumbersKind>) =>
  plan.kind === 'numeric' && isStrict(plan.format ?? PLAIN_FORMAT);

/** Reads one cell that is no gap, of a column that is kept as numbers. */
export function parseNumbersCell(text: string, plan: FeaturePlan): CellVerdict {
  return READINGS[plan.kind].parse?.(text, plan) ?? { fault: 'number' };
}

// What manifest.json and a model say of a column.

export const columnShape = z.discriminatedUnion('type', [numericShape.column, categoricalShape.column]);
export type ColumnShape = z.infer<typeof columnShape>;

export const NUMBERS_SHAPES: Readonly<Record<NumbersKind, Shape<ColumnShape, NumbersFacts>>> = {
  numeric: numericShape,
};
export const TEXTS_SHAPES: Readonly<Record<TextsKind, Shape<ColumnShape, TextsFacts>>> = {
  categorical: categoricalShape,
};

// What report.json and report.html say of a column.

export const columnProfile = z.discriminatedUnion('type', [
  numericProfiling.profile,
  categoricalProfiling.profile,
]);
export type ColumnProfile = z.infer<typeof columnProfile>;

export const NUMBERS_PROFILES: Readonly<Record<NumbersKind, Profiling<ColumnProfile, NumbersSummary>>> = {
  numeric: numericProfiling,
};
export const TEXTS_PROFILES: Readonly<Record<TextsKind, Profiling<ColumnProfile, TextsSummary>>> = {
  categorical: categoricalProfiling,
};
export const PROFILES: Readonly<Record<KindName, { render(profile: ColumnProfile): string }>> = {
  ...NUMBERS_PROFILES,
  ...TEXTS_PROFILES,
};
