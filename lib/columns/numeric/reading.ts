import * as z from 'zod/mini';
import { shown } from '../../text-safety.ts';
import { jsonTexts, type Others, otherTextsWords } from '../other-texts.ts';
import {
  type CellVerdict,
  type ColumnSample,
  type NumbersPlan,
  type Reading,
  type ReadingContext,
  type ReadingNote,
  requiredBy,
} from '../reading.ts';
import { readDecimal } from './decimal.ts';
import {
  hasDecimalCommas,
  judgeNumbers,
  mostlyNumbers,
  type NumbersVerdict,
  plainFormat,
  unreadNumber,
} from './judge-numbers.ts';
import { adviceOn, listed } from './no-number-advice.ts';
import { type NumberFormat, PLAIN_FORMAT, plainDecimal } from './number-format.ts';
import { sentinelsIn, writtenTexts } from './sentinels.ts';
import type { UnreadAs } from './unread-number.ts';

/** Names of number formats in a contract. */
const FORMATS = ['plain', 'currency', 'percent', 'grouped', 'accounting'] as const;

const rule = z.strictObject({
  name: z.string().check(z.minLength(1)),
  type: z.literal('numeric'),
  /** False refuses gaps in requests. */
  nullable: z.optional(z.boolean()),
  /** Inclusive bounds: a value outside is rejected with code `range`. */
  min: z.optional(z.number()),
  max: z.optional(z.number()),
  /** Format of the numbers; when left out, the sample decides. `accounting`: (5) is negative. */
  format: z.optional(z.enum(FORMATS)),
});

type NumericRule = z.infer<typeof rule>;
type NumericPlan = NumbersPlan<'numeric'>;

const UNBOUNDED = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };

/** A column of numbers. */
export const numericReading = {
  rule,
  ruleFaults({ name, min, max }) {
    return min !== undefined && max !== undefined && min > max
      ? [`${shown(name)}: min ${min} is above max ${max}`]
      : [];
  },
  planOf(given, sample, context) {
    const { min = UNBOUNDED.min, max = UNBOUNDED.max, format } = given;
    const bounds = { min, max, ...requiredBy(given) };
    const plain = plainFormat(sample, context);
    if (format === 'plain' || !sample) return { kind: 'numeric', ...bounds, format: plain };
    const found = judgeNumbers(sample, context, format)?.format;
    const fallback = { ...PLAIN_FORMAT, decimal: context.decimal, hasParentheses: format === 'accounting' };
    return { kind: 'numeric', ...bounds, format: found ?? fallback };
  },
  infer(sample, context) {
    const verdict = judgeNumbers(sample, context);
    if (!verdict) return undefined;
    const notes = [...doubtsOf(verdict), ...notesOf(verdict), ...sentinelNotes(sample, context, verdict)];
    return { plan: { kind: 'numeric', ...UNBOUNDED, format: verdict.format }, notes };
  },
  nearMiss(sample, context) {
    const unread = unreadNumber(sample, context);
    if (!unread) return nearlyNumbers(mostlyNumbers(sample, context));
    if (hasDecimalCommas(sample, context))
      return {
        code: 'number_format',
        message: `looks like numbers with a decimal comma, such as ${shown(unread.example)}, in a file whose fields commas part`,
        fix: () => 'if they are, write "decimal": "," into schema.json',
      };
    const isAccounting =
      !judgeNumbers(sample, context) && judgeNumbers(sample, context, 'accounting') !== undefined;
    const [how, fix] = isAccounting ? ACCOUNTING : UNREAD[unread.as];
    return {
      code: 'number_format',
      message: `looks like numbers, such as ${shown(unread.example)}, ${how}`,
      fix,
    };
  },
  parse(text, { format = PLAIN_FORMAT }): CellVerdict {
    if (isStrict(format)) return readDecimal(text);
    const decimal = plainDecimal(text, format);
    return decimal === undefined ? { fault: 'number' } : readDecimal(decimal);
  },
} satisfies Reading<NumericRule, NumericPlan>;

/** Why a column that looks like numbers is not read as such, and what to do. */
const ACCOUNTING = [
  'some of them in parentheses',
  (column: string) => `if those are negative, ${listed(column, 'accounting')}`,
] as const;
const UNREAD = {
  measured: [
    'but with a unit that is not read',
    () => "write the numbers alone, all in the same unit, and the unit into the column's name",
  ],
  foreign: [
    'but with spaces, digits, signs, groups or remarks that are not read',
    () => 'write all its numbers in one way, such as -1234.5',
  ],
  several: ['several of them in a cell', () => 'write each number into a column of its own'],
  inconsistent: [
    'but not written in one consistent way',
    () => 'write all its numbers in one way, such as 1234.5',
  ],
} as const satisfies Record<UnreadAs, unknown>;

/** Whether a format is that of strict decimals, which the fast path reads. */
export const isStrict = ({ decimal, group, unit, hasParentheses }: NumberFormat) =>
  decimal === '.' && group === '' && unit === '' && !hasParentheses;

function notesOf({ others }: NumbersVerdict): ReadingNote[] {
  if (others.length === 0) return [];
  return [
    {
      code: 'near_numeric',
      message: `is read as numbers, but ${otherTextsWords(others)}; their rows are rejected`,
      fix: (column) => adviceOn(textsOf(others.slice(0, 5)), column),
    },
  ];
}

const textsOf = (others: Others) => others.map(([text]) => text);

/** Says of a column that it is read as categories although most of its cells are numbers. */
function nearlyNumbers(verdict: NumbersVerdict | undefined): ReadingNote | undefined {
  if (!verdict) return undefined;
  const { others } = verdict;
  return {
    code: 'near_numeric',
    message: `holds more numbers than other texts, but ${otherTextsWords(others)}`,
    fix: (column) => adviceOn(textsOf(others), column),
  };
}

/** Says of numbers that stand far from all others that they may mean "no value". */
function sentinelNotes(
  sample: ColumnSample,
  { numberGaps }: ReadingContext,
  { format }: NumbersVerdict,
): ReadingNote[] {
  const numbers = isStrict(format) ? sentinelsIn(sample) : [];
  if (numbers.length === 0) return [];
  const texts = writtenTexts(sample, numbers).filter((text) => !numberGaps.has(text));
  if (texts.length === 0) return [];
  const tokens = jsonTexts(texts);
  return [
    {
      code: 'sentinel',
      message: `holds ${texts.map(shown).join(' and ')} several times, far from all its other values`,
      fix: () =>
        `if ${tokens} mean "no value", in every column, write "missing_tokens": ${tokens} into schema.json`,
    },
  ];
}

/** Says which of two numbers a text is taken for, where neither the file nor its contract shows it. */
function doubtsOf({ ambiguous, format }: NumbersVerdict): ReadingNote[] {
  if (ambiguous === undefined) return [];
  const value = Number(isStrict(format) ? ambiguous : plainDecimal(ambiguous, format));
  const taken = `holds numbers such as ${shown(ambiguous)}, read as ${value}`;
  const code = 'number_format';
  if (isStrict(format))
    return [
      {
        code,
        message: `${taken}; the point may stand between thousands instead`,
        fix: (column) => `if it does, ${listed(column, 'grouped')}`,
      },
    ];
  if (format.group === '.')
    return [
      {
        code,
        message: `${taken}; the point may be the decimal mark instead`,
        fix: (column) =>
          `if it is, ${format.unit === '' ? listed(column, 'plain') : 'write "decimal": "." into schema.json'}`,
      },
    ];
  const other =
    format.decimal === '.' && format.group === ''
      ? 'a point may stand between thousands'
      : 'a comma may be the decimal mark';
  return [
    {
      code,
      message: `${taken}; ${other} instead`,
      fix: () => 'if so, write "decimal": "," into schema.json',
    },
  ];
}
