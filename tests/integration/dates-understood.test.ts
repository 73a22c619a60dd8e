import { describe, expect, it } from 'vitest';
import { readDataset } from '../../lib/dataset/parquet/read-parquet.ts';
import { parseContract } from '../../lib/dataset/understand/contract.ts';
import { ingest, refusalOf } from '../helpers/csv-ingest.ts';

const DAY = 86_400_000;
const START = Date.UTC(2023, 0, 1);
const two = (value: number) => String(value).padStart(2, '0');

interface DateParts {
  readonly year: number;
  readonly month: string;
  readonly day: string;
}

/** A table with eight rows a day and one date format. */
function fileOf(rows: number, write: (parts: DateParts, row: number) => string): string {
  const lines = Array.from({ length: rows }, (_, row) => {
    const date = new Date(START + Math.floor(row / 8) * DAY);
    const parts = {
      year: date.getUTCFullYear(),
      month: two(date.getUTCMonth() + 1),
      day: two(date.getUTCDate()),
    };
    return `${write(parts, row)},${row}.5,${row % 2 === 0 ? 'even' : 'odd'}\n`;
  });
  return `when,x,class\n${lines.join('')}`;
}

const iso = ({ year, month, day }: DateParts) => `${year}-${month}-${day}`;
const dayFirst = ({ year, month, day }: DateParts) => `${day}/${month}/${year}`;
const kindOf = ({ understood }: Awaited<ReturnType<typeof ingest>>) =>
  understood.columns.find(({ name }) => name === 'when');

describe('a file with a column of dates', () => {
  it('is the same data set in every date format, and its report names the format', async () => {
    const ways: [string, (parts: DateParts) => string][] = [
      ['iso', iso],
      ['iso', (parts) => `${iso(parts)}T00:00:00Z`],
      ['dd/mm/yyyy', dayFirst],
      ['mm.dd.yyyy', ({ year, month, day }) => `${month}.${day}.${year}`],
      ['yyyymmdd', ({ year, month, day }) => `${year}${month}${day}`],
      ['yyyy/mm/dd', ({ year, month, day }) => `${year}/${Number(month)}/${Number(day)}`],
      ['mm/dd/yyyy hh:mm', ({ year, month, day }) => `${month}/${day}/${year} 12:00 AM`],
      ['dd-mm-yyyy hh:mm', ({ year, month, day }) => `${Number(day)}-${Number(month)}-${year} 0:00`],
    ];
    const files = await Promise.all(ways.map(([, write]) => ingest(fileOf(400, write))));
    expect(files.map(kindOf)).toEqual(
      ways.map(([format]) => ({ name: 'when', kind: 'datetime', written_as: null, format, gaps: [] })),
    );
    expect(new Set(files.map(({ datasetSha256 }) => datasetSha256)).size).toBe(1);
    expect(files.map(({ warnings }) => warnings.map(({ code }) => code))).toEqual(ways.map(() => []));
    expect(files[2]!.schema.columns[0]).toEqual({
      name: 'when',
      type: 'datetime',
      nullable: false,
      min: null,
      max: null,
      format: 'dd/mm/yyyy',
    });
    const { columns } = await readDataset(files[2]!.parquet, files[2]!.schema);
    expect(columns[0]).toMatchObject({ type: 'datetime', dateFormat: 'dd/mm/yyyy' });
    expect(columns[0]).toHaveProperty('values.0', START);
  });

  it('is no row number where it has each day of a month once', async () => {
    const days = Array.from({ length: 31 }, (_, day) => `202401${two(day + 1)},${day % 2}\n`).join('');
    const file = await ingest(`when,class\n${days}`);
    expect(kindOf(file)).toMatchObject({ kind: 'datetime', format: 'yyyymmdd' });
    expect(file.understood.ignored).toEqual([]);
  });

  it('has a profile with dates, exact or from a sketch', async () => {
    const file = fileOf(4000, iso);
    const [exact, sketched] = await Promise.all([
      ingest(file),
      ingest(file, { limits: { rowGroupRows: 700 } }),
    ]);
    const [first, second] = [exact.profile.columns[0]!, sketched.profile.columns[0]!];
    expect(first).toMatchObject({
      type: 'datetime',
      min: '2023-01-01',
      max: '2024-05-14',
      exact: true,
      missing: 0,
    });
    // Both profiles count 500 different days exactly.
    expect({ ...second, exact: true }).toEqual({
      ...first,
      quantiles: expect.objectContaining({ p25: expect.stringMatching(/^2023-05-0/) }),
    });
  });

  it('rejects texts that are not dates, and dates out of range, with code and text', async () => {
    const file = fileOf(400, (parts, row) =>
      row === 7 ? 'soon' : row === 9 ? '31/02/2023' : dayFirst(parts),
    );
    const { rejectionExamples, warnings, rows } = await ingest(file);
    expect(rows).toMatchObject({ accepted: 398, rejected: 2 });
    expect(rejectionExamples).toEqual([
      { line: 9, column: 'when', code: 'date', value: 'soon' },
      { line: 11, column: 'when', code: 'date', value: '31/02/2023' },
    ]);
    expect(warnings).toMatchObject([{ code: 'near_datetime', column: 'when' }]);
    const contract = parseContract({
      columns: [{ name: 'when', type: 'datetime', min: '2023-01-02', max: '2024-12-31' }],
    });
    const bounded = await ingest(fileOf(400, dayFirst), { contract });
    expect(bounded.rejectionsByCode).toEqual({ range: 8 });
    expect(bounded.schema.columns[0]).toMatchObject({ min: '2023-01-02', max: '2024-12-31' });
  });

  it('accepts gaps', async () => {
    const file = fileOf(400, (parts, row) => (row % 10 === 0 ? ['', 'NA', '-'][row % 3]! : iso(parts)));
    const ingested = await ingest(file);
    expect(ingested.profile.columns[0]).toMatchObject({ type: 'datetime', missing: 40 });
    expect(kindOf(ingested)).toMatchObject({ gaps: ['-', 'NA'] });
    expect(ingested.schema.columns[0]).toMatchObject({ nullable: true });
  });
});

describe('dates that may be day first or month first', () => {
  const file = fileOf(400, ({ year, month, day }) => `${two(Number(day) % 12 || 12)}/${month}/${year}`);

  it('are categories, never identifiers, and the report shows the contract that decides', async () => {
    const { understood, warnings } = await ingest(
      fileOf(400, (_, row) => `0${1 + (row % 9)}/12/${1800 + row}`),
    );
    expect(understood.columns[0]).toMatchObject({ name: 'when', kind: 'categorical' });
    expect(understood.ignored).toEqual([]);
    expect(warnings).toMatchObject([
      { code: 'date_format', column: 'when', fix: expect.stringContaining('"format": "dd/mm/yyyy"') },
    ]);
  });

  it('are dates under a contract that gives the order', async () => {
    const under = (format: string) =>
      ingest(file, { contract: parseContract({ columns: [{ name: 'when', type: 'datetime', format }] }) });
    const [dayFirstRead, monthFirstRead] = await Promise.all([under('dd/mm/yyyy'), under('mm/dd/yyyy')]);
    expect(dayFirstRead.rows.rejected + monthFirstRead.rows.rejected).toBe(0);
    expect(dayFirstRead.datasetSha256).not.toBe(monthFirstRead.datasetSha256);
  });

  it('are refused under a contract without the order, and the refusal names the key', async () => {
    const contract = parseContract({ columns: [{ name: 'when', type: 'datetime' }] });
    const { code, fix } = await refusalOf(file, { contract });
    expect(code).toBe('all_rejected');
    expect(fix).toContain('"format": "dd/mm/yyyy"');
  });
});

describe('texts late in a column of dates', () => {
  it('make the column a category, and the file is read again', async () => {
    const file = fileOf(12_000, (parts, row) => (row > 11_000 ? `week ${row % 50}` : iso(parts)));
    const { understood, warnings, rows } = await ingest(file);
    expect(understood.columns[0]).toMatchObject({ name: 'when', kind: 'categorical' });
    expect(rows.rejected).toBe(0);
    expect(warnings).toMatchObject([
      { code: 'widened', column: 'when', message: expect.stringContaining('began as dates') },
    ]);
  });
});

describe('a contract of dates', () => {
  it.each([
    [{ format: 'yyyy' }, 'format'],
    [{ min: '01/02/2024' }, 'expected a date such as 2024-01-31'],
    [{ min: '2024-02-01', max: '2024-01-01' }, 'is above max'],
  ])('is refused with %j', (members, message) => {
    expect(() => parseContract({ columns: [{ name: 'when', type: 'datetime', ...members }] })).toThrow(
      message,
    );
  });

  it('is refused for a label', () => {
    expect(() => parseContract({ label: 'when', columns: [{ name: 'when', type: 'datetime' }] })).toThrow(
      'must be categorical',
    );
  });
});

it('finds a header above dates, and none when the first line is a row', async () => {
  const withHeader = fileOf(400, iso);
  expect((await ingest(withHeader)).understood.header).toBe(true);
  const without = withHeader.slice(withHeader.indexOf('\n') + 1);
  expect((await ingest(without)).understood).toMatchObject({
    header: false,
    columns: [{ name: 'column_1', kind: 'datetime' }, { name: 'column_2' }],
  });
});
