import { describe, expect, it } from 'vitest';
import { datetimeReading } from '../../../../lib/columns/datetime/reading.ts';
import { gapTexts } from '../../../../lib/columns/gaps.ts';
import type { ReadingContext } from '../../../../lib/columns/reading.ts';
import { ColumnTexts } from '../../../../lib/dataset/understand/column-texts.ts';

const { texts, numbers } = gapTexts({});
const context: ReadingContext = {
  gaps: new Set(['', ...texts]),
  numberGaps: new Set(['', ...numbers]),
  decimal: '.',
  decimalBy: undefined,
  mayBeDecimalComma: false,
};

function sampleOf(cells: readonly string[]): ColumnTexts {
  const column = new ColumnTexts(new Uint8Array(0));
  for (const cell of cells) column.addText(cell);
  return column;
}

const infer = (...cells: readonly string[]) => datetimeReading.infer(sampleOf(cells), context);
const nearMiss = (...cells: readonly string[]) => datetimeReading.nearMiss(sampleOf(cells), context);
const formatOf = (...cells: readonly string[]) => infer(...cells)?.plan.dateFormat;
const times = <T>(count: number, cell: T) => new Array<T>(count).fill(cell);

describe('a column of dates', () => {
  it.each([
    ['iso', ['2024-01-31', '2024-02-01T10:00Z', '2024-02-01 10:00:00.5']],
    ['dd/mm/yyyy', ['03/04/2024', '31/01/2024']],
    ['mm/dd/yyyy', ['03/04/2024', '1/31/2024']],
    ['dd.mm.yyyy', ['03.04.2024', '31.01.2024']],
    ['mm-dd-yyyy', ['03-04-2024', '01-31-2024']],
    ['dd/mm/yyyy hh:mm', ['31/01/2024 9:05', '03/04/2024']],
    ['mm/dd/yyyy hh:mm:ss', ['01/31/2024 09:05:07', '03/04/2024 10:00']],
    ['mm/dd/yyyy hh:mm', ['1/31/2024 9:05 AM', '3/4/2024 12:30 pm']],
    ['yyyy/mm/dd', ['2024/01/31', '2024/2/1']],
    ['yyyy.mm.dd hh:mm', ['2024.01.31', '2024.02.01 10:00']],
    ['yyyy-mm-dd', ['2024-1-31', '2024-02-01']],
    ['dd mmm yyyy', ['31-Jan-2024', '1 February 2024', '02MAR2024']],
    ['mmm dd yyyy', ['January 31, 2024', 'Sept. 1, 2024']],
    ['mmm dd yyyy hh:mm', ['Jan 31, 2024 9:05 AM', 'May 1, 2024']],
    ['yyyymmdd', ['20240131', '20240201', '20240202', '', '20240301.0', '20240101']],
  ])('is recognised as %s', (format, cells) => {
    expect(formatOf(...cells)).toBe(format);
    expect(infer(...cells)!.notes).toEqual([]);
    expect(nearMiss(...cells)).toBeUndefined();
  });

  it('ignores gaps', () => {
    expect(formatOf('', '2024-01-31', 'NA', '-', 'None')).toBe('iso');
    expect(formatOf('', 'NA')).toBeUndefined();
  });

  it('is a category where other texts are too many, which are named as what may be gaps', () => {
    const dates = times(9, '2024-01-31');
    expect(infer(...dates, '0000-00-00')).toBeUndefined();
    const note = nearMiss(...dates, '0000-00-00')!;
    expect(note).toMatchObject({ code: 'near_datetime', message: expect.stringContaining('"0000-00-00"') });
    expect(note.message).toContain('holds more dates than other texts');
    expect(note.fix('d')).toContain('"missing_tokens": ["0000-00-00"]');
    const either = nearMiss(...times(9, '03/04/2024'), 'soon')!;
    expect(either.message).toContain('day first or month first');
    expect(nearMiss(...times(6, '2024-01-31'), ...times(4, 'soon'))).toBeUndefined();
  });

  it('may have one other text in twenty, which is reported', () => {
    const nineteen = times(19, '2024-01-31');
    expect(infer(...nineteen, 'soon')).toMatchObject({
      plan: { dateFormat: 'iso' },
      notes: [{ code: 'near_datetime', message: expect.stringContaining('"soon"') }],
    });
    expect(infer(...nineteen, 'soon')!.notes[0]!.fix('when')).toContain('"missing_tokens": ["soon"]');
    expect(infer(...nineteen, 'soon', 'later')).toBeUndefined();
  });

  it.each([
    ['numbers', ['20240105', '2024', '1.5']],
    ['numbers, of which some have no such day', times(10, '20240105').concat('20240230', '20241301')],
    ['numbers, few of them', ['20240105', '20240106', '20240107', '20240108']],
    ['numbers of other centuries', ['10240105', '10240106', '10240107', '10240108', '10240109']],
    ['times of day', ['10:30', '11:00']],
    ['days that no calendar has', ['31/02/2024', '30/02/2024']],
    ['versions', ['1.2.3', '1.10.4']],
    ['texts', ['a', 'b']],
  ])('is not one of %s', (_, cells) => {
    expect(infer(...cells)).toBeUndefined();
  });
});

describe('a column that looks like dates', () => {
  it('is a category when every date can be read either way, and names the contract key that decides', () => {
    const cells = ['08.10.2021 10:00', '11.12.2021 11:00'];
    expect(infer(...cells)).toBeUndefined();
    const note = nearMiss(...cells)!;
    expect(note.code).toBe('date_format');
    expect(note.fix('when')).toContain('{"name": "when", "type": "datetime", "format": "dd.mm.yyyy hh:mm"}');
    expect(note.fix('when')).toContain('"mm.dd.yyyy hh:mm"');
  });

  it('is a category when dates contradict each other, however few', () => {
    const cells = [...times(40, '31/01/2024'), '01/31/2024'];
    expect(infer(...cells)).toBeUndefined();
    const note = nearMiss(...cells)!;
    expect(note.code).toBe('date_format');
    expect(note.message).toContain('"31/01/2024"');
    expect(note.message).toContain('"01/31/2024"');
  });

  it.each([
    ['2024/02/31', '2024/02/30'],
    ['2024/01/31', '2024.02.01'],
    ['31/01/24', '01/02/24'],
    ['31 Jan 24', '1 Feb 24'],
    ['31-Jan-2024', 'Feb 1, 2024'],
    ['30 Feb 2024', '31 Feb 2024'],
    ['31/01/2024', '2024-02-01'],
    ['31/02/2024', '30/02/2024'],
    ['08:15', '17:40'],
    ['8:15 AM', '12:01:59 PM'],
    ['Mon Jan  5 15:04:05 2026', 'Tue Feb 10 03:14:15 2026'],
    ['Tuesday, 09 January 2018', 'Friday, 3 May 2019'],
    ['5. M\u00e4rz 2026', '1. Januar 2026'],
    ['lundi 3 ao\u00fbt 2026', 'mardi 4 f\u00e9vrier 2026'],
    ['3 de enero de 2026', '12 de abril de 2026'],
    ['10/Oct/2000:13:55:36 -0700', '11/Nov/2000:01:02:03 -0700'],
    ['Jan-22', 'Feb-23'],
    ['2024-W05', '2024-W17'],
    ['2024Q3', '2023 Q1'],
  ])('is a category where it is written in no one way that is read: %s', (...cells) => {
    expect(infer(...cells)).toBeUndefined();
    const note = nearMiss(...cells)!;
    expect(note.code).toBe('date_format');
    expect(note.fix('when')).toContain('2024-01-31');
  });

  it('is not reported when it holds texts, or a few dates among them', () => {
    expect(nearMiss('a', 'b')).toBeUndefined();
    expect(nearMiss('Mars 12 Bar', 'Mars 3 Bar')).toBeUndefined();
    expect(nearMiss('May', 'June')).toBeUndefined();
    expect(nearMiss('a', '2024-01-31')).toBeUndefined();
    expect(nearMiss('')).toBeUndefined();
  });
});

describe('a contract', () => {
  const rule = { name: 'when', type: 'datetime' } as const;

  it('sets the format, or lets the sample decide it even with few dates', () => {
    const either = sampleOf(['08/10/2021', '11/12/2021']);
    const few = sampleOf(['31/12/2021', '01/02/2021', 'x', 'y', 'z']);
    const planned = (format?: string, sample = either) =>
      datetimeReading.planOf({ ...rule, ...(format && { format }) }, sample, context).dateFormat;
    expect(planned('mm/dd/yyyy')).toBe('mm/dd/yyyy');
    expect(planned(undefined, few)).toBe('dd/mm/yyyy');
    expect(planned()).toBe('iso');
    expect(datetimeReading.planOf(rule, undefined, context).dateFormat).toBe('iso');
  });

  it('bounds instants by ISO texts', () => {
    const plan = datetimeReading.planOf(
      { ...rule, min: '2024-01-01', max: '2024-12-31T23:59Z' },
      undefined,
      context,
    );
    expect(plan).toMatchObject({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2024, 11, 31, 23, 59) });
    expect(datetimeReading.planOf(rule, undefined, context)).toMatchObject({
      min: Number.NEGATIVE_INFINITY,
      max: Number.POSITIVE_INFINITY,
    });
  });

  it('is refused for bounds that are not dates, or that cross', () => {
    expect(datetimeReading.ruleFaults(rule)).toEqual([]);
    expect(datetimeReading.ruleFaults({ ...rule, min: '2024-01-01', max: '2024-01-01' })).toEqual([]);
    expect(datetimeReading.ruleFaults({ ...rule, min: '2024-01-02', max: '2024-01-01' })).toEqual([
      '"when": min 2024-01-02 is above max 2024-01-01',
    ]);
    expect(datetimeReading.ruleFaults({ ...rule, min: '01/02/2024', max: '2024' })).toHaveLength(2);
  });
});

it('reads cells in its format and in ISO 8601, and reports that others are not dates', () => {
  const plan = { kind: 'datetime', min: 0, max: 1, dateFormat: 'dd/mm/yyyy' } as const;
  expect(datetimeReading.parse('01/02/2024', plan)).toEqual({ value: Date.UTC(2024, 1, 1) });
  expect(datetimeReading.parse('2024-02-01', plan)).toEqual({ value: Date.UTC(2024, 1, 1) });
  for (const text of ['02/13/2024', '1706745600000', 'x'])
    expect(datetimeReading.parse(text, plan)).toEqual({ fault: 'date' });
});
