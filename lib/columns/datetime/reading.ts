import * as z from 'zod/mini';
import { shown } from '../../text-safety.ts';
import { type Others, otherTextsWords } from '../other-texts.ts';
import {
  type CellVerdict,
  type ColumnSample,
  type NumbersPlan,
  type Reading,
  type ReadingContext,
  type ReadingNote,
  requiredBy,
} from '../reading.ts';
import { DATE_FORMATS, ISO_FORMAT, readDate } from './date-format.ts';
import { readIso } from './date-text.ts';
import { type DatesVerdict, judgeDates } from './judge-dates.ts';
import { adviceOnDates } from './no-date-advice.ts';

const rule = z.strictObject({
  name: z.string().check(z.minLength(1)),
  type: z.literal('datetime'),
  /** False refuses gaps in requests. */
  nullable: z.optional(z.boolean()),
  /**
   * Inclusive bounds in ISO 8601: a date outside is rejected with code `range`. A date without a time is its
   * midnight.
   */
  min: z.optional(z.string()),
  max: z.optional(z.string()),
  /** Format of the dates; when left out, the sample decides. */
  format: z.optional(z.enum(DATE_FORMATS)),
});

type DatetimeRule = z.infer<typeof rule>;
type DatetimePlan = NumbersPlan<'datetime'>;

const UNBOUNDED = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };

/** A column of dates, with or without a time of day: milliseconds since 1970 UTC. */
export const datetimeReading = {
  rule,
  ruleFaults({ name, min, max }) {
    const bounds = Object.entries({ min, max }).filter(([, text]) => text !== undefined);
    const faults = bounds
      .filter(([, text]) => readIso(text!) === undefined)
      .map(
        ([key, text]) => `${shown(name)}: ${key}: expected a date such as 2024-01-31, got ${shown(text!)}`,
      );
    return faults.length === 0 && boundOf(min, UNBOUNDED.min) > boundOf(max, UNBOUNDED.max)
      ? [`${shown(name)}: min ${min} is above max ${max}`]
      : faults;
  },
  planOf({ min, max, format, nullable }, sample, context) {
    return {
      kind: 'datetime',
      ...requiredBy({ nullable }),
      min: boundOf(min, UNBOUNDED.min),
      max: boundOf(max, UNBOUNDED.max),
      dateFormat: format ?? formatOf(sample, context),
    };
  },
  infer(sample, context) {
    const verdict = judgeDates(sample, context);
    if (verdict?.kind !== 'dates') return undefined;
    return {
      plan: { kind: 'datetime', ...UNBOUNDED, dateFormat: verdict.format },
      notes: notesOf(verdict.others),
    };
  },
  nearMiss(sample, context) {
    const verdict = judgeDates(sample, context);
    return verdict === undefined || verdict.kind === 'dates' ? undefined : missOf(verdict);
  },
  parse(text, { dateFormat = ISO_FORMAT }): CellVerdict {
    const value = readDate(text, dateFormat);
    return value === undefined ? { fault: 'date' } : { value };
  },
} satisfies Reading<DatetimeRule, DatetimePlan>;

const boundOf = (text: string | undefined, none: number) =>
  text === undefined ? none : (readIso(text) ?? none);

/** Format of a column that is a date by contract, however few dates the sample has. */
function formatOf(sample: ColumnSample | undefined, context: ReadingContext): string {
  const verdict = sample && judgeDates(sample, context, 0);
  return verdict?.kind === 'dates' ? verdict.format : ISO_FORMAT;
}

function notesOf(others: Others): ReadingNote[] {
  if (others.length === 0) return [];
  return [
    {
      code: 'near_datetime',
      message: `is read as dates, but ${otherTextsWords(others)}; their rows are rejected`,
      fix: (column) => adviceOnDates(textsOf(others.slice(0, 5)), column),
    },
  ];
}

const textsOf = (others: Others) => others.map(([text]) => text);

const WRITE_ISO = 'write its dates as ISO 8601, such as 2024-01-31';

function missOf(verdict: Exclude<DatesVerdict, { kind: 'dates' }>): ReadingNote {
  const note = (message: string, fix: ReadingNote['fix']): ReadingNote => ({
    code: 'date_format',
    message,
    fix,
  });
  switch (verdict.kind) {
    case 'mostly':
      return {
        code: 'near_datetime',
        message: `holds more dates than other texts, but ${otherTextsWords(verdict.others)}`,
        fix: (column) => adviceOnDates(textsOf(verdict.others), column),
      };
    case 'either': {
      const rest = verdict.format.slice(5);
      const [dayFirst, monthFirst] = [verdict.format, `mm${verdict.format[2]}dd${rest}`];
      const either = note(
        `holds dates that may all be read day first or month first, such as ${shown(verdict.example)}`,
        (column) =>
          `say which in schema.json: "columns": [{"name": ${JSON.stringify(column)}, "type": "datetime", "format": "${dayFirst}"}], or "${monthFirst}"; or ${WRITE_ISO}`,
      );
      return { ...either, isUndecided: true };
    }
    case 'contradictory':
      return note(
        `holds dates of which some can only be read day first, such as ${shown(verdict.dayFirst)}, and others only month first, such as ${shown(verdict.monthFirst)}`,
        () => WRITE_ISO,
      );
    case 'unread':
      return note(
        `looks like dates or times, such as ${shown(verdict.example)}, but not written in one way that is read`,
        () => `${WRITE_ISO}, with the time behind it: 2024-01-31T08:15`,
      );
  }
}
