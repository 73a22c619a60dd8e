import * as z from 'zod/mini';
import { categoricalCode } from './categorical/code.ts';
import { categoricalBaseline, categoricalDrift } from './categorical/drift.ts';
import { categoricalEncoding } from './categorical/encoding.ts';
import { categoricalLearning } from './categorical/learning.ts';
import { categoricalProfiling } from './categorical/profile.ts';
import { categoricalRequest } from './categorical/request.ts';
import { categoricalRequestSchema } from './categorical/request-schema.ts';
import { categoricalShape } from './categorical/shape.ts';
import { categoricalSummaryWords } from './categorical/summary-words.ts';
import { datetimeCode } from './datetime/code.ts';
import { datetimeBaseline, datetimeDrift } from './datetime/drift.ts';
import { datetimeEncoding } from './datetime/encoding.ts';
import { datetimeLearning } from './datetime/learning.ts';
import { datetimeProfiling } from './datetime/profile.ts';
import { datetimeRequest } from './datetime/request.ts';
import { datetimeRequestSchema } from './datetime/request-schema.ts';
import { datetimeShape } from './datetime/shape.ts';
import { datetimeSummaryWords } from './datetime/summary-words.ts';
import type { Drift } from './drift.ts';
import type { Encoding } from './encoding.ts';
import type { Learning } from './learning.ts';
import { numericCode } from './numeric/code.ts';
import { numericBaseline, numericDrift } from './numeric/drift.ts';
import { numericEncoding } from './numeric/encoding.ts';
import { numericLearning } from './numeric/learning.ts';
import { numericProfiling } from './numeric/profile.ts';
import { numericRequest } from './numeric/request.ts';
import { numericRequestSchema } from './numeric/request-schema.ts';
import { numericShape } from './numeric/shape.ts';
import { numericSummaryWords } from './numeric/summary-words.ts';
import type { NumbersProfiling, Profiling, TextsSummary } from './profile.ts';
import type { RequestForm } from './request.ts';
import type { RequestSchema } from './request-schema.ts';
import type { NumbersFacts, Shape, TextsFacts } from './shape.ts';
import type { NumbersColumn, Storage, TextsColumn } from './storage.ts';
import type { SummaryWords } from './summary-words.ts';

/**
 * The kinds of column. Each kind is a folder here. The tables below, and those in file-kinds.ts, list by
 * aspect what the rest of the system needs from a kind, so that a bundle contains only the aspects that it
 * uses. A new kind is a folder and its lines in these two files.
 *
 * Schemas are marked as pure, so that bundles that do not use them can drop them and their parts. For the
 * same reason no table spreads another.
 */
export const STORAGE = {
  numeric: 'numbers',
  datetime: 'numbers',
  categorical: 'texts',
} as const satisfies Readonly<Record<string, Storage>>;

export type KindName = keyof typeof STORAGE;
/** Kinds that are kept as numbers, and as texts. */
export type NumbersKind = { [K in KindName]: (typeof STORAGE)[K] extends 'numbers' ? K : never }[KindName];
export type TextsKind = Exclude<KindName, NumbersKind>;

export const KIND_NAMES = /* @__PURE__ */ Object.keys(STORAGE) as [KindName, ...KindName[]];

/** Kind of a label, whose values are texts. */
export const LABEL_KIND = 'categorical' satisfies TextsKind;

/** One column of a data set in memory. */
export type ColumnData = NumbersColumn<NumbersKind> | TextsColumn<TextsKind>;

/** Whether a kind's cells are kept as numbers. */
export const isNumbersKind = (kind: KindName): kind is NumbersKind => STORAGE[kind] === 'numbers';

/** Whether the cells of something with a kind (a column, a code, a baseline) are kept as numbers. */
export const isNumbers = <T extends { readonly type: KindName }>(
  of: T,
): of is Extract<T, { readonly type: NumbersKind }> => isNumbersKind(of.type);

// Description of a column in manifest.json and in a model.

export const columnShape = /* @__PURE__ */ (() =>
  z.discriminatedUnion('type', [numericShape.column, datetimeShape.column, categoricalShape.column]))();
export type ColumnShape = z.infer<typeof columnShape>;

export const NUMBERS_SHAPES: Readonly<Record<NumbersKind, Shape<ColumnShape, NumbersFacts>>> = {
  numeric: numericShape,
  datetime: datetimeShape,
};
export const TEXTS_SHAPES: Readonly<Record<TextsKind, Shape<ColumnShape, TextsFacts>>> = {
  categorical: categoricalShape,
};

// Description of a column in report.json and report.html.

export const columnProfile = /* @__PURE__ */ (() =>
  z.discriminatedUnion('type', [
    numericProfiling.profile,
    datetimeProfiling.profile,
    categoricalProfiling.profile,
  ]))();
export type ColumnProfile = z.infer<typeof columnProfile>;

export const NUMBERS_PROFILES: Readonly<Record<NumbersKind, NumbersProfiling<ColumnProfile>>> = {
  numeric: numericProfiling,
  datetime: datetimeProfiling,
};
export const TEXTS_PROFILES: Readonly<Record<TextsKind, Profiling<ColumnProfile, TextsSummary>>> = {
  categorical: categoricalProfiling,
};
export const PROFILES: Readonly<Record<KindName, { render(profile: ColumnProfile): string }>> = {
  numeric: numericProfiling,
  datetime: datetimeProfiling,
  categorical: categoricalProfiling,
};
export const SUMMARY_WORDS: Readonly<Record<KindName, SummaryWords<ColumnProfile>>> = {
  numeric: numericSummaryWords,
  datetime: datetimeSummaryWords,
  categorical: categoricalSummaryWords,
};

// How columns become coordinates.

export const featureCode = /* @__PURE__ */ z.discriminatedUnion('type', [
  numericCode,
  datetimeCode,
  categoricalCode,
]);
export type FeatureCode = z.infer<typeof featureCode>;

export const ENCODINGS: Readonly<Record<KindName, Encoding<FeatureCode>>> = {
  numeric: numericEncoding,
  datetime: datetimeEncoding,
  categorical: categoricalEncoding,
};
export const LEARNINGS: Readonly<Record<KindName, Learning<FeatureCode, ColumnData>>> = {
  numeric: numericLearning,
  datetime: datetimeLearning,
  categorical: categoricalLearning,
};

// How requests give values in JSON.

export const REQUESTS: Readonly<Record<KindName, RequestForm<FeatureCode>>> = {
  numeric: numericRequest,
  datetime: datetimeRequest,
  categorical: categoricalRequest,
};
export const REQUEST_SCHEMAS: Readonly<Record<KindName, RequestSchema<FeatureCode>>> = {
  numeric: numericRequestSchema,
  datetime: datetimeRequestSchema,
  categorical: categoricalRequestSchema,
};

// Baselines for comparing later values.

export const baselineColumn = /* @__PURE__ */ z.discriminatedUnion('type', [
  numericBaseline,
  datetimeBaseline,
  categoricalBaseline,
]);
export type BaselineColumn = z.infer<typeof baselineColumn>;

export const DRIFTS: Readonly<Record<KindName, Drift<BaselineColumn, ColumnData>>> = {
  numeric: numericDrift,
  datetime: datetimeDrift,
  categorical: categoricalDrift,
};
