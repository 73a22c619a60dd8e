import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fastDecimal, readDecimal } from '../../lib/columns/numeric/decimal.ts';
import { ContentHash } from '../../lib/dataset/content/content-hash.ts';
import { DEFAULT_LIMITS } from '../../lib/dataset/csv/limits.ts';
import { readDataset } from '../../lib/dataset/parquet/read-parquet.ts';
import { RowGroup } from '../../lib/dataset/rows/row-group.ts';
import { fuzzDifference } from '../helpers/csv-fuzz.ts';
import { ingest } from '../helpers/csv-ingest.ts';

const SEED = 20_240_607;
/** `npm run test:deep -- csv-fuzz` reads 100,000. */
const FUZZED_FILES = 60;

describe('decimals', () => {
  const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 20 });
  const decimal = fc
    .tuple(
      fc.constantFrom('', '-', '+'),
      digits,
      fc.option(digits),
      fc.option(fc.integer({ min: -340, max: 330 })),
    )
    .map(
      ([sign, whole, fraction, exponent]) =>
        `${sign}${whole}${fraction === null ? '' : `.${fraction}`}${exponent === null ? '' : `e${exponent}`}`,
    );

  it('equal Number() wherever a value is given, on both paths, and never are -0', () => {
    const check = (text: string) => {
      const bytes = Buffer.from(text);
      const fast = fastDecimal(bytes, 0, bytes.length);
      const verdict = readDecimal(text);
      if ('value' in verdict) expect(verdict.value).toBe(Number(text) + 0);
      if (!Number.isNaN(fast)) expect(verdict).toEqual({ value: fast });
    };
    fc.assert(fc.property(decimal, check), { seed: SEED, numRuns: 10_000 });
    fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }).map(String), check), {
      seed: SEED,
      numRuns: 10_000,
    });
  });

  it('are nothing that Number() would coerce from other text', () => {
    const soup = fc.string({ unit: fc.constantFrom(...'0159.+-eExX_, \u00a0\uff11nIN\t'), maxLength: 8 });
    const strict = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
    fc.assert(
      fc.property(soup, (text) => {
        const bytes = Buffer.from(text);
        if (strict.test(text)) return;
        expect(readDecimal(text)).toEqual({ fault: 'number' });
        expect(fastDecimal(bytes, 0, bytes.length)).toBeNaN();
      }),
      { seed: SEED, numRuns: 10_000 },
    );
  });

  it('take the fast path for all that has at most 15 digits', () => {
    for (const text of [
      '0',
      '-0',
      '5.1',
      '123456789',
      '1234567890',
      '123456789012345',
      '12345678.9012345',
      '-0.00000000000001',
    ]) {
      expect(fastDecimal(Buffer.from(text), 0, text.length)).toBe(Number(text) + 0);
    }
  });
});

describe('mutated files', () => {
  it(`get the verdict of the reference reader, in any chunks (${FUZZED_FILES} files)`, async () => {
    for (let seed = 1; seed <= FUZZED_FILES; seed++) {
      const { difference } = await fuzzDifference(seed);
      expect(difference).toBeUndefined();
    }
  }, 120_000);
});

describe('one data set', () => {
  const MESSY =
    '\ufeffx,"co""l",kind\r\n1.5,"caf\u00e9, noir",a\n\n2,"two\nlines","b"\r\n,NA,a\n"-0",\u{1f427},b\r\nx,y,a\n';

  it('is the same at every split position', async () => {
    const bytes = Buffer.from(MESSY);
    const limits = { rowBytes: 80, blockBytes: 16 };
    const contract = { max_rejected_share: 1 };
    const whole = await ingest(bytes, { contract });
    for (let cut = 0; cut <= bytes.length; cut++) {
      const { parquet, ...split } = await ingest(bytes, { contract, limits }, [cut]);
      const { parquet: expected, ...rest } = whole;
      expect(split).toEqual(rest);
      expect(Buffer.compare(parquet, expected)).toBe(0);
    }
  });

  it('keeps its sha256 and canonical rows under any order of rows and columns, quoting and line ends', async () => {
    const cell = fc.constantFrom('', '1', '2.5', '-3', 'NA');
    const text = fc.constantFrom('red', 'blue', '', 'a,b', 'q"q');
    const row = fc.tuple(cell, cell, text, fc.constantFrom('p', 'q', 'r'));
    const shuffled = fc.array(fc.nat(), { minLength: 60, maxLength: 60 });
    const property = async (
      rows: (readonly string[])[],
      keys: readonly number[],
      crlf: boolean,
      order: readonly number[],
    ) => {
      const table = [...rows, ['1', '1', 'red', 'p'], ['1', '2', 'blue', 'q'], ['1', '2', 'blue', 'q']];
      const names = ['n', 'm', 'colour', 'label'];
      const moved = table.map((cells, i) => [keys[i]!, cells] as const).sort(([a], [b]) => a - b);
      const plain = await ingest(toCsv([names, ...table], '\n', false));
      const other = await ingest(
        toCsv(
          [names, ...moved.map(([, cells]) => cells)].map((cells) => order.map((i) => cells[i]!)),
          crlf ? '\r\n' : '\n',
          true,
        ),
      );
      expect(other.datasetSha256).toBe(plain.datasetSha256);
      const [a, b] = await Promise.all(
        [plain, other].map((result) => readDataset(result.parquet, result.schema)),
      );
      const byName = new Map(b!.columns.map((column) => [column.name, column]));
      for (const column of a!.columns) expect(byName.get(column.name)).toEqual(column);
      expect(b!.labels).toEqual(a!.labels);
    };
    const order = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 3, maxLength: 50 }),
        shuffled,
        fc.boolean(),
        order,
        property,
      ),
      { seed: SEED, numRuns: 25 },
    );
  });

  it('changes its sha256 with any cell, label, name or number of copies', async () => {
    const base = [
      ['x', 'c', 'label'],
      ['1', 'a', 'p'],
      ['2', 'b', 'q'],
      ['3', '', 'p'],
      ['', 'a', 'q'],
    ];
    const seen = new Set([(await ingest(toCsv(base, '\n', false))).datasetSha256]);
    const changes = [
      [1, 0, '1.5'],
      [1, 0, ''],
      [2, 1, 'c'],
      [3, 1, 'NA!'],
      [1, 2, 'q'],
      [0, 0, 'y'],
      [4, 0, '0'],
      [2, 1, ''],
    ] as const;
    for (const [row, column, value] of changes) {
      const changed = base.map((cells, i) =>
        cells.map((cell, j) => (i === row && j === column ? value : cell)),
      );
      seen.add((await ingest(toCsv(changed, '\n', false))).datasetSha256);
    }
    seen.add((await ingest(toCsv([...base, base[1]!], '\n', false))).datasetSha256);
    expect(seen.size).toBe(changes.length + 2);
  });

  it('has counts for a sha256 beyond the exact limit that depends on neither order nor batches', () => {
    const one = counted([...Array(300).keys()], 300, 100);
    expect(counted([...Array(300).keys()].reverse(), 300, 100)).toEqual(one);
    expect(counted([...Array(300).keys()], 37, 100)).toEqual(one);
    expect(counted([...Array(299).keys(), 0], 300, 100).datasetSha256).not.toBe(one.datasetSha256);
    expect(counted([...Array(300).keys(), 5], 300, 100).datasetSha256).not.toBe(one.datasetSha256);
    expect(one.duplicates).toMatchObject({ exact: false, duplicateRows: 0 });
  });

  it('estimates duplicates from a sample by content', () => {
    const twice = [...Array(4000).keys(), ...Array(4000).keys()];
    const { duplicates } = counted(twice, 1000, 2000);
    expect(duplicates.sampledRows).toBeLessThanOrEqual(2000);
    expect(Math.abs(duplicates.duplicateRows - 4000)).toBeLessThan(600);
  });
});

describe('data.parquet', () => {
  it('holds exactly the accepted cells, over many row groups', async () => {
    const cell = fc.oneof(
      fc.constant(''),
      fc.integer().map(String),
      fc.double({ noNaN: true, min: -1e9, max: 1e9 }).map(String),
    );
    const row = fc.tuple(cell, fc.constantFrom('', 'a', 'b', '\u00e9'), fc.constantFrom('p', 'q'));
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 30, maxLength: 90 }),
        fc.integer({ min: 1, max: 40 }),
        async (rows, rowGroupRows) => {
          const table = [...rows, ['1', 'a', 'p'], ['1', 'a', 'q']].filter(
            (cells) => Math.abs(Number(cells[0])) > 1e-300 || cells[0] === '' || Number(cells[0]) === 0,
          );
          const contract = {
            columns: [
              { name: 'x', type: 'numeric' as const },
              { name: 'c', type: 'categorical' as const },
            ],
          };
          const { parquet, schema } = await ingest(toCsv([['x', 'c', 'label'], ...table], '\n', true), {
            contract,
            limits: { rowGroupRows },
          });
          const data = await readDataset(parquet, schema);
          const [x, c] = data.columns;
          if (x?.type !== 'numeric' || c?.type !== 'categorical')
            throw new Error('expected a number and a category');
          const read = Array.from(data.labels, (label, i) =>
            JSON.stringify([String(x.values[i]), c.categories[c.codes[i]!] ?? '', data.classes[label]]),
          );
          const written = table.map(([a, b, label]) =>
            JSON.stringify([a === '' ? 'NaN' : String(Number(a) + 0), b, label]),
          );
          expect(read.sort()).toEqual(written.sort());
        },
      ),
      { seed: SEED, numRuns: 25 },
    );
  });

  it('holds categories whose codes have any number of bits, with gaps and without', async () => {
    for (const categories of [1, 2, 3, 4, 5, 8, 9, 16, 17, 32, 33, 128, 129, 256, 257, 700]) {
      for (const gaps of [0, 5]) {
        const texts = Array.from({ length: 3 * categories + 13 }, (_, row) =>
          gaps > 0 && row % gaps === 0 ? '' : `c${(row * 7) % categories}`,
        );
        const rows = texts.map((text, row) => [String(row / 2), text, row % 2 === 0 ? 'p' : 'q']);
        const { parquet, schema } = await ingest(toCsv([['x', 'c', 'label'], ...rows], '\n', false));
        const [x, c] = (await readDataset(parquet, schema)).columns;
        if (x?.type !== 'numeric' || c?.type !== 'categorical')
          throw new Error('expected a number and a category');
        const read = new Array<string>(rows.length);
        for (const [i, half] of x.values.entries()) read[2 * half] = c.categories[c.codes[i]!] ?? '';
        expect(read).toEqual(texts);
      }
    }
  });

  it('accepts iris whole', async () => {
    const file = await readFile(new URL('../../data/raw/iris.csv', import.meta.url));
    const { rows, classes } = await ingest(file);
    expect(rows).toEqual({ read: 150, accepted: 150, rejected: 0, blank: 0 });
    expect(classes).toEqual(['setosa', 'versicolor', 'virginica']);
  });
});

function toCsv(rows: readonly (readonly string[])[], lineEnd: string, quoteAll: boolean): string {
  const field = (text: string) =>
    quoteAll || /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  return rows.map((cells) => cells.map(field).join(',')).join(lineEnd);
}

/** Hashes rows (i, i mod 3) with label i mod 2 in groups, as if only `exactRows` could be kept. */
function counted(ids: readonly number[], groupRows: number, exactRows: number) {
  const numeric = {
    role: 'feature',
    kind: 'numeric',
    min: Number.NEGATIVE_INFINITY,
    max: Number.POSITIVE_INFINITY,
  } as const;
  const label = { role: 'label', kind: 'categorical', allowed: ['a', 'b'] } as const;
  const plan = {
    names: ['x', 'y', 'label'],
    columns: [numeric, numeric, label],
    labelColumn: 2,
    featureOrder: ['x', 'y'],
    gaps: { texts: [], numbers: [] },
  };
  const group = new RowGroup(plan, { ...DEFAULT_LIMITS, rowGroupRows: groupRows });
  const hash = new ContentHash(group, exactRows);
  const [x, y] = group.features;
  if (x?.kind !== 'numeric' || y?.kind !== 'numeric') throw new Error('expected numbers');
  for (let from = 0; from < ids.length; from += groupRows) {
    const part = ids.slice(from, from + groupRows);
    for (const [row, id] of part.entries()) {
      x.values[row] = id;
      y.values[row] = id % 3;
      group.label.codes[row] = id % 2;
    }
    group.rows = part.length;
    hash.add(group, 0, group.rows);
  }
  return hash.summarise(['a', 'b']);
}
