import * as z from 'zod/mini';
import { categoricalCells } from './categorical/cells.ts';
import { categoricalReading } from './categorical/reading.ts';
import type { CellForm } from './cells.ts';
import { datetimeCells } from './datetime/cells.ts';
import { datetimeReading } from './datetime/reading.ts';
import type { FeatureCode, KindName, NumbersKind, TextsKind } from './kinds.ts';
import { numericCells } from './numeric/cells.ts';
import { PLAIN_FORMAT } from './numeric/number-format.ts';
import { isStrict, numericReading } from './numeric/reading.ts';
import type { CellVerdict, NumbersPlan, Reading, TextsPlan } from './reading.ts';

/**
 * What reading files needs from each kind of column. Not in kinds.ts, because a bundler moves only whole
 * files behind late imports: every cold start of predict would load this, and only tables need it.
 */

// How columns are recognised and read.

export const columnRule = /* @__PURE__ */ (() =>
  z.discriminatedUnion('type', [numericReading.rule, datetimeReading.rule, categoricalReading.rule]))();
export type ColumnRule = z.infer<typeof columnRule>;
export type FeaturePlan = NumbersPlan<NumbersKind> | TextsPlan<TextsKind>;

/** The first kind to recognise a column reads it: dates first, some of which are numbers, too. */
export const READINGS: Readonly<Record<KindName, Reading<ColumnRule, FeaturePlan>>> = {
  datetime: datetimeReading,
  numeric: numericReading,
  categorical: categoricalReading,
};

/** Whether a column's cells are plain decimals, which the fast path reads. */
export const isReadFast = (plan: NumbersPlan<NumbersKind>) =>
  plan.kind === 'numeric' && isStrict(plan.format ?? PLAIN_FORMAT);

/** Reads one cell, not a gap, of a column that is kept as numbers. */
export function parseNumbersCell(text: string, plan: FeaturePlan): CellVerdict {
  return READINGS[plan.kind].parse?.(text, plan) ?? { fault: 'number' };
}

/** How cells give a model's values. */
export const CELLS: Readonly<Record<KindName, CellForm<FeatureCode>>> = {
  numeric: numericCells,
  datetime: datetimeCells,
  categorical: categoricalCells,
};
