import { beforeAll, describe, expect, it } from 'vitest';
import { readDataset } from '../../../../lib/dataset/parquet/read-parquet.ts';
import { ABSENT, CategoryTable } from '../../../../lib/dataset/rows/category-table.ts';
import { collidingTexts } from '../../../helpers/colliding-texts.ts';
import { ingest } from '../../../helpers/csv-ingest.ts';

const bytesOf = (texts: readonly string[]) => texts.map((text) => Buffer.from(text));

/** Looks each cell up, adds it if it is missing, and returns the codes. */
function codesOf(table: CategoryTable, cells: readonly Buffer[]): number[] {
  return cells.map((cell) => {
    const code = table.find(cell, 0, cell.length);
    return code === ABSENT ? table.add(cell, 0, cell.length) : code;
  });
}

/** Number of bytes that a table reads from its cells while it numbers them and finds them again. */
function readsOf(texts: readonly string[]): number {
  let reads = 0;
  const counted = bytesOf(texts).map(
    (bytes) =>
      new Proxy(bytes, {
        get(target, name) {
          if (/^\d+$/.test(String(name))) reads++;
          const value: unknown = Reflect.get(target, name);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      }),
  );
  const table = new CategoryTable();
  for (let round = 0; round < 2; round++) codesOf(table, counted);
  return reads;
}

describe('categories that share one hash', () => {
  const COUNT = 10_000;
  let crafted: readonly string[];
  beforeAll(() => {
    crafted = collidingTexts(14).slice(0, COUNT);
    expect(new Set(crafted).size).toBe(COUNT);
  });

  it('get the same codes as any others, including texts beyond ASCII', () => {
    const table = new CategoryTable();
    const cells = bytesOf([...crafted.slice(0, 100), '', '\u00e9', '\u{1f427}', ...crafted]);
    const codes = codesOf(table, cells);
    expect(codes).toEqual(
      [...Array(103).keys(), ...Array(100).keys(), ...Array(COUNT - 100).keys()].map((code, i) =>
        i < 203 ? code : code + 103,
      ),
    );
    expect(table.size).toBe(COUNT + 3);
    expect([100, 101, 102, COUNT + 2].map((code) => table.textOf(code))).toEqual([
      '',
      '\u00e9',
      '\u{1f427}',
      crafted.at(-1),
    ]);
    expect(codesOf(table, cells)).toEqual(codes);
    expect(table.find(Buffer.from('absent'), 0, 6)).toBe(ABSENT);
  });

  it('read at most a few times as many bytes as others of their length', () => {
    const few = crafted.slice(0, 1000);
    const plain = few.map((text, i) => String(i).padStart(text.length, 'x'));
    // Without a bound on probes it is more than ninety times as much, and grows with the square of their
    // number.
    expect(readsOf(few)).toBeLessThan(10 * readsOf(plain));
  });

  it('make a data set that is read like any other', async () => {
    const contract = {
      columns: [
        { name: 'x', type: 'numeric' as const },
        { name: 'c', type: 'categorical' as const },
      ],
    };
    const few = crafted.slice(0, 2000);
    const lines = few.map((text, i) => `${i},${text},${i % 2 ? 'a' : 'b'}`);
    const { rows, parquet, schema } = await ingest(`x,c,label\n${lines.join('\n')}\n`, { contract });
    expect(rows).toEqual({ read: 2000, accepted: 2000, rejected: 0, blank: 0 });
    const [x, c] = (await readDataset(parquet, schema)).columns;
    if (x?.type !== 'numeric' || c?.type !== 'categorical')
      throw new Error('expected a number and a category');
    for (const [row, value] of x.values.entries()) expect(c.categories[c.codes[row]!]).toBe(few[value]);
  });
});
