/** Names for how a column's numbers are written, if not as plain decimals. */
export const WRITTEN_AS = ['currency', 'percent', 'grouped'] as const;
export type WrittenAs = (typeof WRITTEN_AS)[number];

/** One consistent format of a column's numbers. */
export interface NumberFormat {
  readonly decimal: '.' | ',';
  /** Separates thousands: one mark, or any of the spaces used for it; empty for none. */
  readonly group: '' | '.' | ',' | ' ' | "'";
  /** A percent sign, a currency sign or code, as written in the column; empty for none. */
  readonly unit: string;
  readonly unitStands: 'before' | 'after';
  /** Whether parentheses mean a negative number, as in accounts. */
  readonly hasParentheses: boolean;
}

export const PLAIN_FORMAT: NumberFormat = {
  decimal: '.',
  group: '',
  unit: '',
  unitStands: 'before',
  hasParentheses: false,
};

/** Spaces used between thousands: space, no-break, figure, thin and narrow no-break space. */
const GROUP_SPACES = ' \u00a0\u2007\u2009\u202f';
const SPACE = new RegExp(`[${GROUP_SPACES}]`, 'g');
const SIGN = /^[+-]/;
/** A currency sign, a code such as EUR, or a percent sign. */
const UNIT = String.raw`\p{Sc}|[A-Z]{1,2}\p{Sc}|[A-Z]{3}|%`;
const UNIT_BEFORE = new RegExp(`^(${UNIT})[${GROUP_SPACES}]*`, 'u');
const UNIT_AFTER = new RegExp(`[${GROUP_SPACES}]*(${UNIT})$`, 'u');

/** Parts of a text that may be a number. */
export interface NumberParts {
  readonly isNegative: boolean;
  readonly hasParentheses: boolean;
  readonly unit: string;
  readonly unitStands: 'before' | 'after';
  /** Digits and the marks between them. */
  readonly body: string;
}

/** Longer texts are no numbers, and would take the patterns long. */
export const MAX_NUMBER_LENGTH = 100;

/** The parts of a text, which are the same in every format; undefined when it is no number in any. */
export function partsOf(text: string): NumberParts | undefined {
  if (text.length > MAX_NUMBER_LENGTH) return undefined;
  let rest = text;
  const hasParentheses = /^\(.*\)$/s.test(rest);
  if (hasParentheses) rest = rest.slice(1, -1);
  let isNegative = hasParentheses;
  const takeSign = () => {
    if (!SIGN.test(rest) || hasParentheses) return;
    isNegative = rest[0] !== '+';
    rest = rest.slice(1);
  };
  takeSign();
  const before = UNIT_BEFORE.exec(rest);
  const after = before ? null : UNIT_AFTER.exec(rest);
  if (before) rest = rest.slice(before[0].length);
  if (after) rest = rest.slice(0, -after[0].length);
  if (before && rest.length + before[0].length === text.length) takeSign();
  const unit = before?.[1] ?? after?.[1] ?? '';
  const unitStands = after ? 'after' : 'before';
  if (!/^\d/.test(rest) && !/^[.,]\d/.test(rest)) return undefined;
  return { isNegative, hasParentheses, unit, unitStands, body: rest };
}

const escaped = (mark: string) => (mark === ' ' ? `[${GROUP_SPACES}]` : mark === '.' ? String.raw`\.` : mark);

/** Matches digits with the given marks: thousands in threes that do not begin with 0, or no groups at all. */
function bodyPattern(decimal: string, group: string): RegExp {
  const fraction = `(?:${escaped(decimal)}\\d*)?`;
  const exponent = group === '' ? '(?:[eE][+-]?\\d+)?' : '';
  const grouped = group === '' ? '' : `[1-9]\\d{0,2}(?:${escaped(group)}\\d{3})+${fraction}|`;
  return new RegExp(`^(?:${grouped}\\d+${fraction}${exponent}|${escaped(decimal)}\\d+${exponent})$`);
}

const bodyPatterns = (decimal: string) => ({
  '': bodyPattern(decimal, ''),
  '.': bodyPattern(decimal, '.'),
  ',': bodyPattern(decimal, ','),
  ' ': bodyPattern(decimal, ' '),
  "'": bodyPattern(decimal, "'"),
});
const BODIES = { '.': /* @__PURE__ */ bodyPatterns('.'), ',': /* @__PURE__ */ bodyPatterns(',') };

/**
 * The strict decimal that a text means in a format.
 *
 * @returns undefined when the text is not in this format
 */
export const plainDecimal = (text: string, format: NumberFormat): string | undefined =>
  decimalIn(partsOf(text), format);

/** What `plainDecimal` gives, for a text's parts. */
export function decimalIn(parts: NumberParts | undefined, format: NumberFormat): string | undefined {
  if (!parts || (parts.hasParentheses && !format.hasParentheses) || !hasUnit(parts, format)) return undefined;
  if (!BODIES[format.decimal][format.group].test(parts.body)) return undefined;
  const digits =
    format.group === ''
      ? parts.body
      : format.group === ' '
        ? parts.body.replace(SPACE, '')
        : parts.body.replaceAll(format.group, '');
  const decimal = format.decimal === ',' ? digits.replace(',', '.') : digits;
  return parts.isNegative ? `-${decimal}` : decimal;
}

/** Nothing is nothing in every unit, and often written without one: 0 among $4.99. */
const NOTHING = /^0+(?:[.,]0*)?$/;

/** Whether a number's unit is that of a format, and stands where it does. */
const hasUnit = ({ unit, unitStands, body }: NumberParts, format: NumberFormat) =>
  unit === ''
    ? format.unit === '' || NOTHING.test(body)
    : unit === format.unit && unitStands === format.unitStands;

const MARKS: readonly (readonly [decimal: '.' | ',', group: NumberFormat['group']])[] = [
  ['.', ''],
  [',', ''],
  ['.', ','],
  [',', '.'],
  ['.', ' '],
  [',', ' '],
  ['.', "'"],
  [',', "'"],
];

/** Whether a text is a number in some format that is read. */
export function looksLikeNumber(text: string): boolean {
  const parts = partsOf(text);
  if (!parts) return false;
  const { unit, unitStands, hasParentheses } = parts;
  return MARKS.some(
    ([decimal, group]) =>
      decimalIn(parts, { decimal, group, unit, unitStands, hasParentheses }) !== undefined,
  );
}

/** Whether a number in a format has a mark between its thousands. */
export function usesGroup(parts: NumberParts | undefined, format: NumberFormat): boolean {
  if (!parts || format.group === '' || decimalIn(parts, format) === undefined) return false;
  return format.group === ' ' ? parts.body.search(SPACE) >= 0 : parts.body.includes(format.group);
}

/** More units are none of a column's numbers: ABC 123 and XYZ 789 are codes. */
const MAX_UNITS = 4;

/** Every format that a column's texts may have: its most frequent units, with each pair of marks. */
export function formatsIn(
  cells: Iterable<{ readonly parts: NumberParts | undefined; readonly count: number }>,
  mayBeAccounts: boolean,
): NumberFormat[] {
  const formats = new Map<string, { format: NumberFormat; count: number }>();
  for (const { parts, count } of cells) {
    if (!parts) continue;
    const { unit, unitStands } = parts;
    const key = `${unit} ${unitStands}`;
    const known = formats.get(key);
    if (known) known.count += count;
    else
      formats.set(key, {
        format: { ...PLAIN_FORMAT, unit, unitStands, hasParentheses: mayBeAccounts },
        count,
      });
  }
  const usual = [...formats.values()].sort((a, b) => b.count - a.count).slice(0, MAX_UNITS);
  return usual.flatMap(({ format }) => MARKS.map(([decimal, group]) => ({ ...format, decimal, group })));
}

/**
 * Whether a text can only be read with this format's marks: for example, it has two kinds of mark, or a group
 * mark twice.
 */
export function provesMarks(parts: NumberParts | undefined, format: NumberFormat): boolean {
  const read = decimalIn(parts, format);
  if (read === undefined) return false;
  return MARKS.every(([decimal, group]) => {
    if (decimal === format.decimal && (group === format.group || group === '' || format.group === ''))
      return true;
    const other = decimalIn(parts, { ...format, decimal, group });
    // The number may be the same with either pair of marks.
    return other === undefined || Number(other) === Number(read);
  });
}

/** Name of a format in messages; null for plain decimals. */
export function writtenAs({ group, unit }: NumberFormat): WrittenAs | null {
  if (unit === '%') return 'percent';
  if (unit !== '') return 'currency';
  return group === '' ? null : 'grouped';
}
