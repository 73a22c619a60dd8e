/**
 * Why a row is rejected, by code, in plain words. The codes are part of the public contract and stay stable.
 */
export const REJECTIONS = {
  number: 'a cell of a numeric column is no plain decimal number',
  date: 'a cell of a column of dates is no date in its format',
  range: 'a number or a date is outside what the contract or a double allows',
  category: 'a text is not among those that the contract lists',
  label: 'the label is missing, too long, or holds invisible characters',
  width: 'the row has more or fewer fields than the header',
  field_size: 'a field is too large',
  row_size: 'the row is too large',
} as const;

export type RejectionCode = keyof typeof REJECTIONS;
export const REJECTION_CODES = Object.keys(REJECTIONS) as readonly RejectionCode[];

/** Why a whole file is refused, by code. The codes are part of the public contract and stay stable. */
export const REFUSAL_CODES = [
  'key',
  'empty',
  'no_rows',
  'size',
  'type',
  'encoding',
  'header',
  'no_header',
  'columns',
  'quoting',
  'contract',
  'schema',
  'classes',
  'regression',
  'cardinality',
  'all_rejected',
  'rejected_share',
  'parts',
] as const;

export type RefusalCode = (typeof REFUSAL_CODES)[number];
