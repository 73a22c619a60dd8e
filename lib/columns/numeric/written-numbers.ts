import * as z from 'zod/mini';
import { type NumberFormat, PLAIN_FORMAT, plainDecimal, writtenAs } from './number-format.ts';

/** Form of a NumberFormat in manifest.json and in an artifact. */
export const writtenNumbers = /* @__PURE__ */ z.strictObject({
  decimal: z.enum(['.', ',']),
  group: z.enum(['', '.', ',', ' ', "'"]),
  unit: z.string(),
  unit_stands: z.enum(['before', 'after']),
  parentheses: z.boolean(),
});

export type WrittenNumbers = z.infer<typeof writtenNumbers>;

/** @returns undefined for plain decimals */
export function writtenNumbersOf(format: NumberFormat): WrittenNumbers | undefined {
  const { decimal, group, unit, unitStands, hasParentheses } = format;
  const isPlain =
    decimal === PLAIN_FORMAT.decimal && group === '' && unit === PLAIN_FORMAT.unit && !hasParentheses;
  if (isPlain) return undefined;
  return { decimal, group, unit, unit_stands: unitStands, parentheses: hasParentheses };
}

export const numberFormatOf = (written: WrittenNumbers): NumberFormat => ({
  decimal: written.decimal,
  group: written.group,
  unit: written.unit,
  unitStands: written.unit_stands,
  hasParentheses: written.parentheses,
});

/**
 * Whether requests may pass numbers as texts, and explanations show them so: only for formats with a name. A
 * decimal comma has none: it concerns only the file, and JSON has its own mark.
 */
export const isSaid = (written: WrittenNumbers | undefined): written is WrittenNumbers =>
  written !== undefined && (written.parentheses || writtenAs(numberFormatOf(written)) !== null);

/**
 * Formats a number as the file writes its numbers. The format does not set the digits after the mark: the
 * value's own are used, and at least two for money.
 */
export function writeNumber(value: number, written: WrittenNumbers): string {
  const format = numberFormatOf(written);
  const isNegative = value < 0;
  const digits = String(Math.abs(value));
  const body = digits.includes('e') ? digits.replace('.', format.decimal) : marked(digits, format);
  const sign = isNegative && !format.hasParentheses ? '-' : '';
  const text =
    format.unitStands === 'before' ? `${sign}${format.unit}${body}` : `${sign}${body}${format.unit}`;
  return isNegative && format.hasParentheses ? `(${text})` : text;
}

function marked(digits: string, format: NumberFormat): string {
  const [whole = '', fraction = ''] = digits.split('.');
  const grouped = whole.replaceAll(/\B(?=(?:\d{3})+$)/g, format.group);
  const shownFraction =
    writtenAs(format) === 'currency' && fraction !== '' ? fraction.padEnd(2, '0') : fraction;
  return shownFraction === '' ? grouped : `${grouped}${format.decimal}${shownFraction}`;
}

/** The strict decimal that a text means, in this format or plain; undefined when it is neither. */
export const decimalOf = (text: string, written: WrittenNumbers): string | undefined =>
  plainDecimal(text.trim(), numberFormatOf(written));
