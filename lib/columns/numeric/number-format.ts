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
interface NumberParts {
  readonly isNegative: boolean;
  readonly hasParentheses: boolean;
  readonly unit: string;
  readonly unitStands: 'before' | 'after';
  /** Digits and the marks between them. */
  readonly body: string;
}

/** Longer texts are no numbers, and would take the patterns long. */
export const MAX_NUMBER_LENGTH = 100;

function partsOf(text: string): NumberParts | undefined {
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

const bodyPatterns = new Map<string, RegExp>();

/** Matches digits with the given marks: thousands in threes that do not begin with 0, or no groups at all. */
function bodyPattern(decimal: string, group: string): RegExp {
  const key = `${decimal}${group}`;
  let pattern = bodyPatterns.get(key);
  if (!pattern) {
    const fraction = `(?:${escaped(decimal)}\\d*)?`;
    const exponent = group === '' ? '(?:[eE][+-]?\\d+)?' : '';
    const grouped = group === '' ? '' : `[1-9]\\d{0,2}(?:${escaped(group)}\\d{3})+${fraction}|`;
    pattern = new RegExp(`^(?:${grouped}\\d+${fraction}${exponent}|${escaped(decimal)}\\d+${exponent})$`);
    bodyPatterns.set(key, pattern);
  }
  return pattern;
}

/**
 * The strict decimal that a text means in a format.
 *
 * @returns undefined when the text is not in this format
 */
export function plainDecimal(text: string, format: NumberFormat): string | undefined {
  const parts = partsOf(text);
  if (!parts || parts.unit !== format.unit || (parts.hasParentheses && !format.hasParentheses))
    return undefined;
  if (parts.unit !== '' && parts.unitStands !== format.unitStands) return undefined;
  if (!bodyPattern(format.decimal, format.group).test(parts.body)) return undefined;
  const digits =
    format.group === ''
      ? parts.body
      : format.group === ' '
        ? parts.body.replace(SPACE, '')
        : parts.body.replaceAll(format.group, '');
  const decimal = format.decimal === ',' ? digits.replace(',', '.') : digits;
  return parts.isNegative ? `-${decimal}` : decimal;
}

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

/** The unit of a text that may be a number, empty for none; undefined for other texts. */
export const unitIn = (text: string): string | undefined => partsOf(text)?.unit;

/** Whether a text is a number in some format that is read. */
export function looksLikeNumber(text: string): boolean {
  const parts = partsOf(text);
  if (!parts) return false;
  const { unit, unitStands, hasParentheses } = parts;
  return MARKS.some(
    ([decimal, group]) =>
      plainDecimal(text, { decimal, group, unit, unitStands, hasParentheses }) !== undefined,
  );
}

/** Whether a number in a format has a mark between its thousands. */
export function usesGroup(text: string, format: NumberFormat): boolean {
  if (format.group === '' || plainDecimal(text, format) === undefined) return false;
  const body = partsOf(text)!.body;
  return format.group === ' ' ? body.search(SPACE) >= 0 : body.includes(format.group);
}

/** More units are none of a column's numbers: ABC 123 and XYZ 789 are codes. */
const MAX_UNITS = 4;

/** Every format that a column's texts may have: its most frequent units, with each pair of marks. */
export function formatsIn(
  cells: Iterable<{ readonly text: string; readonly count: number }>,
  mayBeAccounts: boolean,
): NumberFormat[] {
  const formats = new Map<string, { format: NumberFormat; count: number }>();
  for (const { text, count } of cells) {
    const parts = partsOf(text);
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
export function provesMarks(text: string, format: NumberFormat): boolean {
  if (plainDecimal(text, format) === undefined) return false;
  return MARKS.every(
    ([decimal, group]) =>
      (decimal === format.decimal && (group === format.group || group === '' || format.group === '')) ||
      plainDecimal(text, { ...format, decimal, group }) === undefined ||
      // The number is the same with either pair of marks.
      Number(plainDecimal(text, { ...format, decimal, group })) === Number(plainDecimal(text, format)),
  );
}

/** Name of a format in messages; null for plain decimals. */
export function writtenAs({ group, unit }: NumberFormat): WrittenAs | null {
  if (unit === '%') return 'percent';
  if (unit !== '') return 'currency';
  return group === '' ? null : 'grouped';
}
