import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DATE_FORMATS, readDate } from '../../../../lib/columns/datetime/date-format.ts';
import { isoText, readIso, readMarked } from '../../../../lib/columns/datetime/date-text.ts';

describe('an ISO 8601 text', () => {
  it.each([
    ['1970-01-01', 0],
    ['2024-02-29', Date.UTC(2024, 1, 29)],
    ['2000-02-29', Date.UTC(2000, 1, 29)],
    ['2024-01-31T10:30', Date.UTC(2024, 0, 31, 10, 30)],
    ['2024-01-31 10:30:05', Date.UTC(2024, 0, 31, 10, 30, 5)],
    ['2024-01-31T10:30:05.5', Date.UTC(2024, 0, 31, 10, 30, 5, 500)],
    ['2024-01-31T10:30:05,25Z', Date.UTC(2024, 0, 31, 10, 30, 5, 250)],
    ['2024-01-31T10:30:05.123999Z', Date.UTC(2024, 0, 31, 10, 30, 5, 123)],
    ['2024-01-31T00:30:00+02:00', Date.UTC(2024, 0, 30, 22, 30)],
    ['2024-01-31T00:30-0330', Date.UTC(2024, 0, 31, 4)],
    ['2024-01-31 00:30:00+01', Date.UTC(2024, 0, 30, 23, 30)],
    ['2024-01-31 00:30:00.0000000 +01:00', Date.UTC(2024, 0, 30, 23, 30)],
    ['2024-01-31 10:30:00 UTC', Date.UTC(2024, 0, 31, 10, 30)],
    ['2024-02', Date.UTC(2024, 1, 1)],
    ['1969-12-31T23:59:59.999Z', -1],
    ['0001-01-01', -62_135_596_800_000],
    ['0099-06-01', new Date('0099-06-01T00:00:00Z').getTime()],
    ['9999-12-31T23:59:59.999Z', 253_402_300_799_999],
  ])('%s is read', (text, instant) => {
    expect(readIso(text)).toBe(instant);
  });

  it.each([
    ['2023-02-29', 'is no leap year'],
    ['1900-02-29', 'is no leap year, though a fourth'],
    ['2024-04-31', 'is a day too many'],
    ['2024-00-10', 'has no month 0'],
    ['2024-13-10', 'has no month 13'],
    ['2024-01-00', 'has no day 0'],
    ['0000-01-01', 'has no year 0'],
    ['0001-01-01T00:00+01:00', 'is before year 1 in UTC'],
    ['9999-12-31T23:59-01:00', 'is after year 9999 in UTC'],
    ['2024-01-31T24:00', 'has no hour 24'],
    ['2024-01-31T10:60', 'has no minute 60'],
    ['2024-01-31T10:30:60', 'has no leap second'],
    ['2024-01-31T10:30+24:00', 'has no such offset'],
    ['2024-1-31', 'has a month of one digit'],
    ['24-01-31', 'has a year of two digits'],
    ['2024-01-31Z', 'has an offset without a time'],
    ['2024-13', 'has no month 13'],
    ['2024-1', 'has a month of one digit'],
    ['2024-01T10:30', 'has a time without a day'],
    ['4711-01', 'may be a code'],
    ['2024-01-31T', 'ends early'],
    ['20240131', 'is a number'],
    ['2024', 'is a number'],
    [' 2024-01-31', 'is padded'],
    ['2024-01-31T10:30:05.', 'has no fraction'],
    ['', 'is empty'],
  ])('%s is none: it %s', (text) => {
    expect(readIso(text)).toBeUndefined();
  });
});

describe('a date with marks', () => {
  it('is read in both orders that are real days', () => {
    const [third, fourth] = [Date.UTC(2024, 3, 3), Date.UTC(2024, 2, 4)];
    expect(readMarked('03/04/2024')).toEqual({ mark: '/', dayFirst: third, monthFirst: fourth, time: '' });
    expect(readMarked('29.2.2024')).toMatchObject({ mark: '.', monthFirst: undefined });
    expect(readMarked('2-29-2024')).toMatchObject({ mark: '-', dayFirst: undefined });
    expect(readMarked('31/02/2024')).toMatchObject({ dayFirst: undefined, monthFirst: undefined });
    expect(readMarked('1/2/2024 9:05')).toMatchObject({
      dayFirst: Date.UTC(2024, 1, 1, 9, 5),
      time: ' hh:mm',
    });
    expect(readMarked('01/02/2024 09:05:07')).toMatchObject({
      monthFirst: Date.UTC(2024, 0, 2, 9, 5, 7),
      time: ' hh:mm:ss',
    });
  });

  it('may have its time on a clock of twelve hours', () => {
    const hours = ['12:30 AM', '1:30 am', '12:30 PM', '11:30 p.m.'].map(
      (time) => (readMarked(`01/02/2024 ${time}`)!.dayFirst! - Date.UTC(2024, 1, 1)) / 3_600_000,
    );
    expect(hours).toEqual([0.5, 1.5, 12.5, 23.5]);
    for (const time of ['0:30 AM', '13:30 PM', '9 AM'])
      expect(readMarked(`01/02/2024 ${time}`), time).toBeUndefined();
  });

  it.each(['1/2/24', '1/2.2024', '1/2/2024 25:00', '1/2/2024T10:00', '1.234.567', '1/2/02024', '2024/01/31'])(
    '%s is none',
    (text) => {
      expect(readMarked(text)).toBeUndefined();
    },
  );

  it('is read only with the mark and order of its column, and ISO 8601 in every column', () => {
    expect(readDate('03.04.2024', 'dd.mm.yyyy')).toBe(Date.UTC(2024, 3, 3));
    expect(readDate('03.04.2024', 'mm.dd.yyyy')).toBe(Date.UTC(2024, 2, 4));
    expect(readDate('03/04/2024', 'dd.mm.yyyy')).toBeUndefined();
    expect(readDate('03.04.2024', 'iso')).toBeUndefined();
    expect(readDate('13/13/2024', 'dd/mm/yyyy')).toBeUndefined();
    expect(readDate('2024/4/3 6:00 PM', 'yyyy/mm/dd')).toBe(Date.UTC(2024, 3, 3, 18));
    expect(readDate('2024.4.3', 'yyyy/mm/dd')).toBeUndefined();
    expect(readDate('2024/2/30', 'yyyy/mm/dd')).toBeUndefined();
    expect(readDate('3-APR-2024', 'dd mmm yyyy')).toBe(Date.UTC(2024, 3, 3));
    expect(readDate('April 3, 2024', 'dd mmm yyyy')).toBeUndefined();
    for (const text of ['30 Feb 2024', '3 Avril 2024', 'Apr 32024', '3 Apr 24', 'Apr 2024'])
      for (const format of DATE_FORMATS) expect(readDate(text, format), text).toBeUndefined();
    expect(readDate('20240403.00', 'yyyymmdd')).toBe(Date.UTC(2024, 3, 3));
    expect(readDate('20240403', 'dd/mm/yyyy')).toBeUndefined();
    for (const text of ['20240230', '2024043', '202404031', '2024040.3'])
      expect(readDate(text, 'yyyymmdd'), text).toBeUndefined();
    for (const format of DATE_FORMATS)
      expect(readDate('2024-04-03T06:00Z', format)).toBe(Date.UTC(2024, 3, 3, 6));
  });
});

const two = (value: number) => String(value).padStart(2, '0');

/** Writes an instant in a format, with less of the time of day if the format has no place for more. */
function written(instant: number, format: string): { text: string; kept: number } {
  const date = new Date(instant);
  const time = format === 'iso' ? ' hh:mm:ss' : (/ hh.*/.exec(format)?.[0] ?? '');
  const unit = time === '' ? 86_400_000 : time === ' hh:mm' ? 60_000 : 1000;
  const kept = Math.floor(instant / unit) * unit;
  if (format === 'iso') return { text: isoText(kept), kept };
  const text = format
    .replace('yyyy', String(date.getUTCFullYear()).padStart(4, '0'))
    .replace('hh', two(date.getUTCHours()))
    .replace(':mm', `:${two(date.getUTCMinutes())}`)
    .replace('mmm', date.toLocaleString('en', { month: 'long', timeZone: 'UTC' }))
    .replace('mm', two(date.getUTCMonth() + 1))
    .replace('dd', two(date.getUTCDate()))
    .replace('ss', two(date.getUTCSeconds()));
  return { text, kept };
}

const instants = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 });

describe('any instant of the years 1 to 9999', () => {
  it('reads back from every format, as exactly as the format writes it', () => {
    fc.assert(
      fc.property(instants, fc.constantFrom(...DATE_FORMATS), (instant, format) => {
        const { text, kept } = written(instant, format);
        expect(readDate(text, format), text).toBe(kept);
      }),
      { numRuns: 2000 },
    );
  });

  it('reads back from ISO 8601 exactly, and with any offset', () => {
    fc.assert(
      fc.property(instants, fc.integer({ min: -1439, max: 1439 }), (instant, minutes) => {
        expect(readIso(isoText(instant))).toBe(instant);
        const local = instant + minutes * 60_000;
        fc.pre(local >= -62_135_596_800_000 && local <= 253_402_300_799_999);
        const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
        const offset = `${minutes < 0 ? '-' : '+'}${two(hours)}:${two(rest)}`;
        expect(readIso(new Date(local).toISOString().replace('Z', offset))).toBe(instant);
      }),
      { numRuns: 2000 },
    );
  });
});
