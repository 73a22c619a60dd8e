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

/** One column of a data set in memory. */
export type ColumnData = NumbersColumn<NumbersKind> | TextsColumn<TextsKind>;

/** Whether a kind's cells are kept as numbers. */
export const isNumbersKind = (kind: KindName): kind is NumbersKind => STORAGE[kind] === 'numbers';

/** Whether a column's cells are kept as numbers. */
export const isNumbers = (column: ColumnData): column is NumbersColumn<NumbersKind> => 'values' in column;
