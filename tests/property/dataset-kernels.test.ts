import { createCipheriv } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bitCounts } from '../../lib/dataset/content/bit-counts.ts';
import { ContentHash } from '../../lib/dataset/content/content-hash.ts';
import { DigestStore } from '../../lib/dataset/content/digest-store.ts';
import { RFC_4180 } from '../../lib/dataset/csv/grammar.ts';
import { DEFAULT_LIMITS } from '../../lib/dataset/csv/limits.ts';
import { SeparatorIndex } from '../../lib/dataset/csv/separator-index.ts';
import { digestArea } from '../../lib/dataset/kernels/digest-area.ts';
import { RECORD, RECORD_BYTES } from '../../lib/dataset/kernels/separator-kernel.ts';
import { TableKernel } from '../../lib/dataset/kernels/table-kernel.ts';
import {
  BLOCK_COUNTS_BYTES,
  COUNTS_AT,
  DIGESTS_AT,
  FOUR_BLOCKS_BYTES,
  LAST_ROWS_AT,
  MESSAGES_AT,
  STREAM_BLOCKS,
  TABLE_AT,
} from '../../lib/dataset/kernels/table-memory.ts';
import { RowGroup } from '../../lib/dataset/rows/row-group.ts';
import { MemoryPlan } from '../../lib/wasm/memory-plan.ts';
import { randomFrom } from '../helpers/csv-fuzz.ts';
import { definedSha256 } from '../helpers/defined-sha256.ts';
import { blake2s, chachaWords } from '../helpers/plain-hashes.ts';
import { showModulesOfFailures } from '../helpers/wasm-modules.ts';

showModulesOfFailures();

const SEED = 20_260_111;
const TEXT_BYTES = 4096;

/** A number, a category and the label. */
const PLAN = {
  names: ['x', 'colour', 'label'],
  columns: [
    { role: 'feature', kind: 'numeric', min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY },
    { role: 'feature', kind: 'categorical', allowed: undefined },
    { role: 'label', kind: 'categorical', allowed: undefined },
  ] as const,
  labelColumn: 2,
  featureOrder: ['x', 'colour'],
  gaps: { texts: [], numbers: [] },
};

/** A kernel with room for a text and its index, and no table. */
function openKernel(rounds: 8 | 20 = 8) {
  const memory = new MemoryPlan(TABLE_AT);
  const textAt = memory.reserve(TEXT_BYTES + 128) + 64;
  const placesAt = memory.reserve(4 * TEXT_BYTES + 64);
  const recordsAt = memory.reserve(RECORD_BYTES * (TEXT_BYTES + 1));
  const kernel = new TableKernel(memory, RFC_4180, rounds);
  return { kernel, textAt, placesAt, recordsAt };
}

function randomBytes(length: number, random: (below: number) => number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, () => random(256)));
}

/** Words of four rows side by side, as the kernels have them: where word `word` of row `row` lies. */
const laneAt = (row: number, word: number, wordsPerRow: number) =>
  (row >> 2) * wordsPerRow * 16 + word * 16 + (row & 3) * 4;

describe('the digest of rows', () => {
  const { kernel } = openKernel();
  const view = new DataView(kernel.memory.buffer);

  function digests(messages: readonly Buffer[], blocks: number): Buffer[] {
    const length = messages[0]!.length;
    kernel.bytes.fill(0, MESSAGES_AT, MESSAGES_AT + Math.ceil(messages.length / 4) * blocks * 256);
    for (const [row, message] of messages.entries()) {
      const padded = Buffer.concat([message, Buffer.alloc(blocks * 64 - length)]);
      for (let word = 0; word < blocks * 16; word++)
        view.setUint32(MESSAGES_AT + laneAt(row, word, blocks * 16), padded.readUInt32LE(4 * word), true);
    }
    kernel.hashing.digest(Math.ceil(messages.length / 4), blocks, length, MESSAGES_AT, 0, 0);
    return messages.map((_, row) => {
      const digest = Buffer.alloc(32);
      for (let word = 0; word < 8; word++)
        digest.writeUInt32LE(view.getUint32(DIGESTS_AT + laneAt(row, word, 8), true), 4 * word);
      return digest;
    });
  }

  it("is OpenSSL's BLAKE2s-256 at every length up to four blocks, and around later boundaries", () => {
    const random = randomFrom(SEED);
    const boundaries = [5, 8, 100, 500].flatMap((blocks) => [-4, -1, 0, 1, 4].map((by) => 64 * blocks + by));
    for (const length of [...Array(257).keys(), ...boundaries]) {
      const messages = Array.from({ length: 12 }, () => randomBytes(length, random));
      expect(digests(messages, Math.max(1, Math.ceil(length / 64)))).toEqual(
        messages.map((message) => blake2s(message)),
      );
    }
  });

  it('is the same whatever the other rows of its vector hold', () => {
    const random = randomFrom(SEED + 1);
    const row = randomBytes(100, random);
    for (let lane = 0; lane < 4; lane++) {
      const messages = Array.from({ length: 4 }, (_, i) => (i === lane ? row : randomBytes(100, random)));
      expect(digests(messages, 2)[lane]).toEqual(blake2s(row));
    }
  });
});

/** Multiplies the counts by 2^power, as if each row were added as many times. */
function multiply(kernel: TableKernel, power: number): void {
  for (let block = 0; block < STREAM_BLOCKS; block++) {
    const at = COUNTS_AT + block * BLOCK_COUNTS_BYTES;
    const end = at + BLOCK_COUNTS_BYTES;
    kernel.bytes.copyWithin(at + power * FOUR_BLOCKS_BYTES, at, end - power * FOUR_BLOCKS_BYTES);
    kernel.bytes.fill(0, at, at + power * FOUR_BLOCKS_BYTES);
  }
}

describe('the expansion of digests', () => {
  /** Puts the keys where `countBits` expects digests. */
  function putKeys(kernel: TableKernel, keys: readonly Buffer[]): void {
    for (const [row, key] of keys.entries())
      for (let word = 0; word < 8; word++)
        kernel.words[(DIGESTS_AT + laneAt(row, word, 8)) / 4] = key.readUInt32LE(4 * word);
  }

  /** Adds the expansions of these keys to the kernel's counts. */
  function count(kernel: TableKernel, keys: readonly Buffer[]): void {
    const last = ((keys.length - 1) & 3) + 1;
    // What the last vector holds besides must not count.
    putKeys(kernel, [...keys, ...keys.slice(0, 4 - last)]);
    for (let lane = 0; lane < 4; lane++) kernel.words[LAST_ROWS_AT / 4 + lane] = lane < last ? 0xffffffff : 0;
    kernel.hashing.countBits(Math.ceil(keys.length / 4));
  }

  const countsOf = ({ words }: TableKernel) => new BigUint64Array(bitCounts(words).buffer);

  function counted(keys: readonly Buffer[], rounds: 8 | 20 = 8): BigUint64Array {
    const { kernel } = openKernel(rounds);
    count(kernel, keys);
    return countsOf(kernel);
  }

  const WORDS = STREAM_BLOCKS * 16;
  const sum = (streams: readonly Uint32Array[]) => {
    const counts = new Uint32Array(32 * WORDS);
    for (const stream of streams)
      for (const [i, word] of stream.entries())
        for (let bit = 0; bit < 32; bit++) counts[32 * i + bit]! += (word >>> bit) & 1;
    return BigUint64Array.from(counts, BigInt);
  };
  const openSslWords = (key: Buffer) => {
    const bytes = createCipheriv('chacha20', key, Buffer.alloc(16)).update(Buffer.alloc(4 * WORDS));
    return Uint32Array.from({ length: WORDS }, (_, i) => bytes.readUInt32LE(4 * i));
  };
  const plus = (a: BigUint64Array, b: BigUint64Array) => a.map((value, i) => value + b[i]!);

  const random = randomFrom(SEED + 2);
  const keys = Array.from({ length: 24 }, () => randomBytes(32, random));

  it("is OpenSSL's ChaCha20 key stream when it is made with 20 rounds", () => {
    expect(counted(keys, 20)).toEqual(sum(keys.map(openSslWords)));
  });

  it('has 8 rounds in use, as a plain ChaCha has that equals OpenSSL with 20', () => {
    for (const key of keys) expect(chachaWords(key, 20, STREAM_BLOCKS)).toEqual(openSslWords(key));
    expect(counted(keys)).toEqual(sum(keys.map((key) => chachaWords(key, 8, STREAM_BLOCKS))));
  });

  it('counts every row once, however many are added at a time', () => {
    const { kernel } = openKernel(20);
    const many = Array.from({ length: 331 }, () => randomBytes(32, random));
    const sizes = [1, 2, 3, 4, 5, 127, 128, 61];
    for (let from = 0, i = 0; from < many.length; from += sizes[i++]!)
      count(kernel, many.slice(from, from + sizes[i]!));
    expect(countsOf(kernel)).toEqual(sum(many.map(openSslWords)));
  });

  it('gives counts that parts of a table add up to', () => {
    const parts = [keys.slice(0, 7), keys.slice(7, 9), keys.slice(9)].map((part) => counted(part));
    expect(parts.reduce(plus)).toEqual(counted(keys));
  });

  it('goes on from any counts, with carries through 2^32 and up to 2^52', () => {
    const added = sum(keys.map((key) => chachaWords(key, 8, STREAM_BLOCKS)));
    for (const word of [() => 0xffffffff, () => random(2 ** 32)]) {
      const { kernel } = openKernel();
      for (let block = 0; block < STREAM_BLOCKS; block++) {
        const at = (COUNTS_AT + block * BLOCK_COUNTS_BYTES) / 4;
        for (let i = 0; i < (50 * FOUR_BLOCKS_BYTES) / 4; i++) kernel.words[at + i] = word();
      }
      const before = countsOf(kernel);
      count(kernel, keys);
      expect(countsOf(kernel)).toEqual(plus(before, added));
    }
  });

  it('does not forget 2^32 equal rows, nor 2^32 times any rows', () => {
    for (const rows of [keys.slice(0, 1), keys]) {
      const { kernel } = openKernel();
      count(kernel, rows);
      const once = countsOf(kernel);
      multiply(kernel, 32);
      expect(countsOf(kernel)).toEqual(once.map((value) => value << 32n));
      expect(countsOf(kernel).some((value) => value >= 2n ** 32n)).toBe(true);
      count(kernel, rows);
      expect(countsOf(kernel)).toEqual(once.map((value) => (value << 32n) + value));
    }
  });
});

describe('the kept digests', () => {
  const ROWS = 6000;
  const LABELS = 40;

  /** A store with room for some rows, and its kernel. */
  function openStore(rows = ROWS) {
    const memory = new MemoryPlan(TABLE_AT);
    const area = digestArea(memory, rows, LABELS);
    const kernel = new TableKernel(memory, RFC_4180);
    return { kernel, store: new DigestStore(kernel, area) };
  }

  /** Has the kernel collect rows of eight words and a label. */
  function collect(kernel: TableKernel, rows: readonly (readonly number[])[], most: number): void {
    const view = new DataView(kernel.memory.buffer);
    for (const [row, words] of rows.entries()) {
      for (let word = 0; word < 8; word++)
        view.setUint32(DIGESTS_AT + laneAt(row, word, 8), words[word]!, true);
      view.setUint32(MESSAGES_AT + 4 * row, words[8]!, true);
    }
    kernel.hashing.collect(rows.length, MESSAGES_AT, most);
  }

  const compareRows = (a: readonly number[], b: readonly number[]) => {
    const at = a.findIndex((word, i) => word !== b[i]);
    return at < 0 ? 0 : a[at]! - b[at]!;
  };
  const rowsOf = (words: Uint32Array) =>
    Array.from({ length: words.length / 9 }, (_, row) => [...words.subarray(9 * row, 9 * row + 9)]);

  /** Few first words, so that buckets fill and rows are alike; and the bound itself, and the one above it. */
  function randomRows(count: number, most: number, random: (below: number) => number): number[][] {
    return Array.from({ length: count }, (_, row) => {
      const first = row % 16 === 3 ? most + random(2) : random(8) * 0x24000000 + random(0x1000);
      const rest = random(3) === 0 ? [0, 0, 0, 0, 0, 0, 0] : Array.from({ length: 7 }, () => random(2 ** 32));
      return [first, ...rest, random(LABELS)];
    });
  }

  const most = 0x7fffffff;
  const batches = [1, 2, 3, 4, 5, 2047, 2048, 1500];

  it('are all rows whose first word is small enough, and fewer when the bound is lowered', () => {
    const random = randomFrom(SEED + 3);
    const { kernel, store } = openStore();
    const expected: number[][] = [];
    for (const count of batches) {
      const rows = randomRows(count, most, random);
      collect(kernel, rows, most);
      expected.push(...rows.filter(([first]) => first! <= most));
      expect(store.rows).toBe(expected.length);
    }
    expect(expected.length).toBeGreaterThan(4 * 512);
    const kept = () => {
      const rows: number[][] = [];
      store.visit((words) => rows.push(...rowsOf(words)));
      return rows.sort(compareRows);
    };
    expect(kept()).toEqual(expected.toSorted(compareRows));
    const bound = expected[700]![0]!;
    store.keepUpTo(bound);
    const fewer = expected.filter(([first]) => first! <= bound);
    expect(fewer.length).toBeLessThan(expected.length);
    expect([store.rows, kept()]).toEqual([fewer.length, fewer.toSorted(compareRows)]);
    const more = randomRows(2048, most, random);
    collect(kernel, more, bound);
    const all = [...fewer, ...more.filter(([first]) => first! <= bound)];
    expect(kept()).toEqual(all.toSorted(compareRows));
  });

  it('use again what rows that are gone have left', () => {
    const random = randomFrom(SEED + 5);
    const { kernel, store } = openStore();
    for (let i = 0; i < 100; i++) {
      collect(kernel, randomRows(2048, most, random), most);
      store.keepUpTo(0);
    }
    expect(store.rows).toBeLessThan((100 * 2048) / 8);
  });

  it.each([
    ['at random', (row: number, random: (below: number) => number) => random(2 ** 32) + 0 * row],
    ['all alike', () => 7],
    ['alike in pairs', (row: number) => Math.imul(row >> 1, 0x9e3779b1) >>> 0],
    ['in one bucket', (row: number) => 0x05000000 + ((row * 7919) % 5000)],
  ])(
    'come out in the order of digest and rank, those that are alike once more: first words %s',
    (_, firstOf) => {
      const random = randomFrom(SEED + 4);
      const rank = Int32Array.from({ length: LABELS }, (__, code) => LABELS - 1 - code);
      for (const count of [0, 1, 2, 600, 5500]) {
        const rows = Array.from({ length: count }, (__, row) => {
          const rest = Array.from({ length: 7 }, () => (random(2) === 0 ? 1 : random(3)));
          return [firstOf(row, random), ...rest, random(LABELS)];
        });
        const { kernel, store } = openStore();
        for (let from = 0; from < count; from += 2048)
          collect(kernel, rows.slice(from, from + 2048), 0xffffffff);
        const [all, alike]: [number[][], number[][]] = [[], []];
        for (const words of store.sorted(rank, (some) => alike.push(...rowsOf(some))))
          all.push(...rowsOf(words));
        const expected = rows.map((row) => [...row.slice(0, 8), rank[row[8]!]!]).sort(compareRows);
        expect(all).toEqual(expected);
        const times = new Map<number, number>();
        for (const [first] of expected) times.set(first!, (times.get(first!) ?? 0) + 1);
        expect(alike).toEqual(expected.filter(([first]) => times.get(first!)! > 1));
      }
    },
  );

  it('are refused when there are more than was said', () => {
    const { kernel } = openStore(100);
    const rows = Array.from({ length: 2048 }, (_, row) => [row, 0, 0, 0, 0, 0, 0, 0, 0]);
    collect(kernel, rows, 0xffffffff);
    const overfill = () => {
      for (let i = 0; i < 256; i++) collect(kernel, rows, 0xffffffff);
    };
    expect(overfill).toThrow('more rows are digested than there is memory reserved for');
  });
});

describe('the data set sha256', () => {
  interface Row {
    readonly x: number | null;
    readonly city: string | null;
    readonly colour: string | null;
    readonly label: string;
  }
  const texts = fc.option(fc.constantFrom('red', 'blue', 'caf\u00e9', '\u{1f427}', 'a,"b"'));
  const rows = fc.array(
    fc.record<Row>({
      x: fc.option(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true })).map((x) => x + 0)),
      city: texts,
      colour: texts,
      label: fc.constantFrom('p', 'q', 'r'),
    }),
    { minLength: 2, maxLength: 80, size: 'max' },
  );
  /** With a city, a row's message begins with two texts, which rows may share. */
  const withCity = {
    ...PLAN,
    names: ['x', 'colour', 'label', 'city'],
    columns: [...PLAN.columns, { role: 'feature', kind: 'categorical', allowed: undefined }] as const,
    featureOrder: ['x', 'colour', 'city'],
  };

  function defined(table: readonly Row[], exactRows: number, hasCity: boolean): string {
    const digestOf = (text: string | null) => (text === null ? Buffer.alloc(32) : blake2s(Buffer.from(text)));
    const rows = table.map(({ x, city, colour, label }) => {
      const number = Buffer.alloc(8);
      if (x === null) number.writeBigUInt64LE(0x7ff8000000000000n);
      else number.writeDoubleLE(x);
      // Columns in code-unit order of their names.
      const texts = [...(hasCity ? [city] : []), colour].map(digestOf);
      return { features: Buffer.concat([...texts, number]), label, times: 1 };
    });
    const columns = [
      ...(hasCity ? [['city', 'categorical'] as const] : []),
      ['colour', 'categorical'],
      ['x', 'numeric'],
    ] as const;
    return definedSha256(columns, rows, exactRows);
  }

  function computed(table: readonly Row[], exactRows: number, groupRows: number, hasCity: boolean): string {
    const group = new RowGroup(hasCity ? withCity : PLAN, { ...DEFAULT_LIMITS, rowGroupRows: groupRows });
    const hash = new ContentHash(group, exactRows);
    const [x, colour, city] = group.features;
    if (x?.kind !== 'numeric' || colour?.kind !== 'categorical' || city?.kind === 'numeric')
      throw new Error('expected a number and a category');
    const codeOf = (texts: typeof colour.texts, text: string) => {
      const bytes = Buffer.from(text);
      const found = texts.table.find(bytes, 0, bytes.length);
      return found < 0 ? texts.table.add(bytes, 0, bytes.length) : found;
    };
    for (let from = 0; from < table.length; from += groupRows) {
      const part = table.slice(from, from + groupRows);
      for (const [row, cells] of part.entries()) {
        x.values[row] = cells.x ?? Number.NaN;
        colour.codes[row] = cells.colour === null ? -1 : codeOf(colour.texts, cells.colour);
        if (city?.storage === 'texts')
          city.codes[row] = cells.city === null ? -1 : codeOf(city.texts, cells.city);
        group.label.codes[row] = codeOf(group.label.texts, cells.label);
      }
      group.rows = part.length;
      hash.add(group, 0, group.rows);
    }
    return hash.summarise([...new Set(table.map(({ label }) => label))].sort()).datasetSha256;
  }

  it('is what its definition gives with node:crypto, sorted and counted, in groups of any size', () => {
    fc.assert(
      fc.property(
        rows,
        fc.integer({ min: 1, max: 90 }),
        fc.boolean(),
        fc.boolean(),
        (table, groupRows, isSorted, hasCity) => {
          const exactRows = isSorted ? 100 : Math.max(1, table.length >> 1);
          expect(computed(table, exactRows, groupRows, hasCity)).toBe(defined(table, exactRows, hasCity));
        },
      ),
      { seed: SEED, numRuns: 300 },
    );
  });
});

describe('the survey of a group', () => {
  const group = new RowGroup(PLAN, { ...DEFAULT_LIMITS, rowGroupRows: 100 });
  const [x, colour] = group.features;
  if (x?.kind !== 'numeric' || colour?.kind !== 'categorical')
    throw new Error('expected a number and a category');
  for (let code = 0; code < 5; code++) {
    const bytes = Buffer.from(`colour ${code}`);
    colour.texts.table.add(bytes, 0, bytes.length);
  }
  const number = fc.oneof(
    fc.constant(Number.NaN),
    fc.integer({ min: -3, max: 3 }).map((value) => value + 0),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  );
  const rows = fc.array(fc.tuple(number, fc.integer({ min: -1, max: 4 })), { maxLength: 100 });

  it('is what plain loops find, whatever the group held before', () => {
    fc.assert(
      fc.property(rows, (cells) => {
        for (const [row, [value, code]] of cells.entries()) {
          x.values[row] = value;
          colour.codes[row] = code;
        }
        group.label.codes.fill(-1, 0, cells.length);
        group.rows = cells.length;
        const { features, label } = group.survey();
        const present = cells.map(([value]) => value).filter((value) => !Number.isNaN(value));
        expect(features).toMatchObject([
          {
            storage: 'numbers',
            survey: {
              min: Math.min(...present),
              max: Math.max(...present),
              missing: cells.length - present.length,
            },
          },
          {
            storage: 'texts',
            survey: {
              missing: cells.filter(([, code]) => code < 0).length,
              counts: Uint32Array.from(
                { length: 5 },
                (_, i) => cells.filter(([, code]) => code === i).length,
              ),
            },
          },
        ]);
        expect(label.survey).toEqual({ missing: cells.length, counts: new Uint32Array(0) });
        const sketched = new Map<number, number>();
        group.sketch(x, (page, counts) => {
          for (const [i, count] of counts.entries())
            if (count > 0) sketched.set(page * 256 + i, (sketched.get(page * 256 + i) ?? 0) + count);
        });
        const expected = new Map<number, number>();
        for (const value of present) {
          const bits = Buffer.alloc(8);
          bits.writeDoubleBE(value);
          const bucket = bits.readUInt32BE(0) >>> 12;
          expected.set(bucket, (expected.get(bucket) ?? 0) + 1);
        }
        expect(sketched).toEqual(expected);
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });
});

describe('the number kernels', () => {
  const { kernel, textAt } = openKernel();

  /** Both kernels' readings of a text that stands between digits, which must not enter. */
  function read(text: string): { short: number; long: number } {
    const bytes = Buffer.from(text, 'latin1');
    kernel.bytes.fill(0x37, textAt - 64, textAt + bytes.length + 64);
    kernel.bytes.set(bytes, textAt);
    const end = textAt + bytes.length;
    return { short: kernel.reading.shortDecimal(textAt, end), long: kernel.reading.longDecimal(textAt, end) };
  }

  function expectNumber(text: string): void {
    const { short, long } = read(text);
    if (!Number.isNaN(short)) expect([text, short]).toEqual([text, Number(text) + 0]);
    if (!Number.isNaN(long)) expect([text, long]).toEqual([text, Number(text) + 0]);
  }

  const digits = (maxLength: number) =>
    fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength });
  const written = fc
    .tuple(
      fc.constantFrom('', '-', '+'),
      digits(20),
      fc.option(digits(20)),
      fc.option(fc.tuple(fc.constantFrom('e', 'E', 'e+', 'e-'), fc.integer({ min: 0, max: 340 }))),
    )
    .map(
      ([sign, whole, fraction, exponent]) =>
        `${sign}${whole}${fraction === null ? '' : `.${fraction}`}${exponent === null ? '' : exponent.join('')}`,
    );

  it('give Number() or leave the text to others', () => {
    fc.assert(fc.property(written, expectNumber), { seed: SEED, numRuns: 15_000 });
    const doubles = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(fc.property(doubles.map(String), expectNumber), { seed: SEED, numRuns: 15_000 });
    const precise = fc.tuple(doubles, fc.integer({ min: 15, max: 19 }));
    fc.assert(
      fc.property(
        precise.map(([value, precision]) => value.toExponential(precision - 1)),
        expectNumber,
      ),
      { seed: SEED, numRuns: 15_000 },
    );
  });

  it('round as Number() does halfway between neighbours, and next to that', () => {
    const halfway = fc
      .tuple(
        fc.bigInt({ min: 2n ** 53n, max: 2n ** 54n - 1n }),
        fc.integer({ min: -1, max: 1 }),
        fc.integer({ min: 0, max: 9 }),
      )
      .map(([even, by, shift]) => {
        // An odd multiple of half the spacing, where there are at most 19 digits.
        const whole = (even | 1n) << BigInt(shift);
        return whole < 10n ** 18n
          ? `${whole}.${['49', '50', '51'][by + 1]}e0`.replace(/\.50e0$/, '')
          : String(whole);
      });
    fc.assert(fc.property(halfway, expectNumber), { seed: SEED, numRuns: 20_000 });
  });

  it('read all that has at most 15 digits and no exponent, and most that is longer', () => {
    const common = fc
      .tuple(fc.constantFrom('', '-'), digits(8), digits(7))
      .map(([sign, whole, fraction]) => `${sign}${whole}.${fraction}`);
    fc.assert(
      fc.property(common, (text) => {
        expect(read(text).short).toBe(Number(text) + 0);
      }),
      { seed: SEED, numRuns: 20_000 },
    );
    const random = fc.double({ noNaN: true, min: 1e-6, max: 1e6 }).map(String);
    let left = 0;
    fc.assert(
      fc.property(random, (text) => {
        if (Number.isNaN(read(text).long)) left++;
      }),
      { seed: SEED, numRuns: 5000 },
    );
    expect(left).toBeLessThan(100);
  });

  it('leave everything that is no decimal', () => {
    const strict = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
    const soup = fc.string({
      unit: fc.constantFrom(...'0159.+-eExX_, /:\u00a0\xb0\xb9\x10\x19nIN\t'),
      maxLength: 20,
    });
    fc.assert(
      fc.property(soup, (text) => {
        if (strict.test(text)) expectNumber(text);
        else expect([text, read(text)]).toEqual([text, { short: Number.NaN, long: Number.NaN }]);
      }),
      { seed: SEED, numRuns: 25_000 },
    );
  });
});

describe('the indices of separators', () => {
  const { kernel, textAt, placesAt, recordsAt } = openKernel();
  const piece = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(',', '\n', '"', 'a', '\0', '\xff', '\xac', '\x8a', '\xa2') },
    fc.constantFrom('x'.repeat(62), '"'.repeat(63), ','.repeat(64), '\n'.repeat(65), 'y'.repeat(129)),
  );
  const text = fc
    .array(piece, { minLength: 1, maxLength: 120 })
    .map((pieces) => Buffer.from(pieces.join('').slice(0, TEXT_BYTES - 64), 'latin1'));
  const before = fc.integer({ min: 0, max: 63 });

  it('find what a plain loop finds outside quotes, wherever the text begins, and nothing behind it', () => {
    fc.assert(
      fc.property(text, before, fc.constantFrom(0x2c, 0x0a, 0x22), (bytes, offset, around) => {
        const from = textAt + offset;
        kernel.bytes.fill(around, textAt - 64, textAt + TEXT_BYTES + 64);
        kernel.bytes.set(bytes, from);
        const end = kernel.reading.index(from, from + bytes.length, placesAt, recordsAt);
        const plain = plainIndex(bytes, from);
        const words = kernel.words.subarray(placesAt / 4, placesAt / 4 + plain.places.length);
        expect([...words]).toEqual(plain.places);
        const records = Array.from({ length: (end - recordsAt) / RECORD_BYTES }, (_, i) => {
          const wordOf = (field: number) => kernel.words[(recordsAt + i * RECORD_BYTES + field) / 4]!;
          return [wordOf(RECORD.end), wordOf(RECORD.quotes), wordOf(RECORD.lines)];
        });
        expect(records).toEqual(plain.records);
      }),
      { seed: SEED, numRuns: 4000 },
    );
  });

  function plainIndex(bytes: Uint8Array, from: number) {
    const places = [from - 1];
    const records = [[placesAt, 0, 0]];
    let [quotes, lines] = [0, 0];
    for (const [i, byte] of bytes.entries()) {
      if (byte === 0x22) quotes++;
      if (byte === 0x0a) lines++;
      if (quotes % 2 === 1 || (byte !== 0x2c && byte !== 0x0a)) continue;
      places.push(from + i);
      if (byte === 0x0a) records.push([placesAt + 4 * (places.length - 1), quotes, lines]);
    }
    return { places, records };
  }

  it('find every comma, line feed and quote for the scanner', () => {
    const index = new SeparatorIndex();
    fc.assert(
      fc.property(text, before, (bytes, from) => {
        index.find(RFC_4180, bytes, Math.min(from, bytes.length), bytes.length);
        const rest = bytes.subarray(Math.min(from, bytes.length));
        const plain = [...rest.keys()].filter((at) => [0x2c, 0x0a, 0x22].includes(rest[at]!));
        expect([...index.positions.subarray(0, index.count)]).toEqual(plain);
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });
});
