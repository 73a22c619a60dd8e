import { createCipheriv, createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ContentHash } from '../../lib/dataset/content-hash.ts';
import {
  ALL_ROWS_AT,
  BUCKET_COUNTS_AT,
  BUCKET_ROWS,
  BUCKETS,
  BUCKETS_AT,
  DIGESTS_AT,
  LANES_AT,
  MESSAGES_AT,
  MemoryPlan,
  ROW_BYTES,
  SOME_ROWS_AT,
} from '../../lib/dataset/kernel-memory.ts';
import { DEFAULT_LIMITS } from '../../lib/dataset/limits.ts';
import { RowGroup } from '../../lib/dataset/row-group.ts';
import { SeparatorIndex } from '../../lib/dataset/separator-index.ts';
import { RECORD, RECORD_BYTES } from '../../lib/dataset/separator-kernel.ts';
import { createTableKernel } from '../../lib/dataset/table-kernel.ts';
import { randomFrom } from '../helpers/csv-fuzz.ts';
import { blake2s, chachaWords } from '../helpers/plain-hashes.ts';

const SEED = 20_260_111;
const TEXT_BYTES = 4096;

/** A kernel with room for a text and its index, and no table. */
function openKernel(rounds: 8 | 20 = 8) {
  const memory = new MemoryPlan();
  const textAt = memory.reserve(TEXT_BYTES + 128) + 64;
  const placesAt = memory.reserve(4 * TEXT_BYTES + 64);
  const recordsAt = memory.reserve(RECORD_BYTES * (TEXT_BYTES + 1));
  const kernel = createTableKernel(memory, rounds);
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
  const view = new DataView(kernel.memory);

  function digests(messages: readonly Buffer[], blocks: number): Buffer[] {
    const length = messages[0]!.length;
    kernel.bytes.fill(0, MESSAGES_AT, MESSAGES_AT + Math.ceil(messages.length / 4) * blocks * 256);
    for (const [row, message] of messages.entries()) {
      const padded = Buffer.concat([message, Buffer.alloc(blocks * 64 - length)]);
      for (let word = 0; word < blocks * 16; word++)
        view.setUint32(MESSAGES_AT + laneAt(row, word, blocks * 16), padded.readUInt32LE(4 * word), true);
    }
    kernel.digest(Math.ceil(messages.length / 4), blocks, length, MESSAGES_AT);
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

describe('the expansion of digests', () => {
  /** Adds the expansions of these keys, all of them or those of the first `kept` lanes of one group. */
  function expanded(keys: readonly Buffer[], rounds: 8 | 20, kept?: number): Uint32Array {
    const { kernel } = openKernel(rounds);
    const view = new DataView(kernel.memory);
    for (const [row, key] of keys.entries())
      for (let word = 0; word < 8; word++)
        view.setUint32(DIGESTS_AT + laneAt(row, word, 8), key.readUInt32LE(4 * word), true);
    for (let lane = 0; lane < 4; lane++)
      view.setUint32(SOME_ROWS_AT + 4 * lane, lane < (kept ?? 4) ? 0xffffffff : 0, true);
    kernel.accumulate(keys.length / 4, kept === undefined ? ALL_ROWS_AT : SOME_ROWS_AT);
    const sums = new Uint32Array(512);
    for (let word = 0; word < 512; word++)
      for (let lane = 0; lane < 4; lane++)
        sums[word]! += view.getUint32(LANES_AT + laneAt(lane, word, 512), true);
    return sums;
  }

  const sum = (streams: readonly Uint32Array[]) =>
    Uint32Array.from({ length: 512 }, (_, i) => streams.reduce((all, stream) => (all + stream[i]!) >>> 0, 0));
  const openSslWords = (key: Buffer) => {
    const bytes = createCipheriv('chacha20', key, Buffer.alloc(16)).update(Buffer.alloc(2048));
    return Uint32Array.from({ length: 512 }, (_, i) => bytes.readUInt32LE(4 * i));
  };

  const random = randomFrom(SEED + 2);
  const keys = Array.from({ length: 24 }, () => randomBytes(32, random));

  it("is OpenSSL's ChaCha20 key stream when it is made with 20 rounds", () => {
    expect(expanded(keys, 20)).toEqual(sum(keys.map(openSslWords)));
  });

  it('has 8 rounds in use, as a plain ChaCha has that equals OpenSSL with 20', () => {
    for (const key of keys) expect(chachaWords(key, 20, 32)).toEqual(openSslWords(key));
    expect(expanded(keys, 8)).toEqual(sum(keys.map((key) => chachaWords(key, 8, 32))));
  });

  it('leaves out the rows that the mask does not keep', () => {
    for (let kept = 0; kept <= 4; kept++)
      expect(expanded(keys.slice(0, 4), 20, kept)).toEqual(sum(keys.slice(0, kept).map(openSslWords)));
  });
});

describe('the buckets of digests', () => {
  it('hold every row whose first word is small enough, in its order, and are emptied when they are full', () => {
    const { kernel } = openKernel();
    const view = new DataView(kernel.memory);
    const random = randomFrom(SEED + 3);
    const most = 0x7fffffff;
    const labelsAt = MESSAGES_AT;
    const expected: number[][][] = Array.from({ length: BUCKETS }, () => []);
    const actual: number[][][] = Array.from({ length: BUCKETS }, () => []);
    const take = (bucket: number, rows: number) => {
      for (let row = 0; row < rows; row++) {
        const at = BUCKETS_AT + (bucket * BUCKET_ROWS + row) * ROW_BYTES;
        actual[bucket]!.push(Array.from({ length: 9 }, (_, word) => view.getUint32(at + 4 * word, true)));
      }
    };
    kernel.hooks.bucketFull = (bucket) => take(bucket, BUCKET_ROWS);
    for (const rows of [1, 2, 3, 4, 5, 2047, 2048, 2048]) {
      for (let row = 0; row < rows; row++) {
        // Few first bytes, so that buckets fill; and the bound itself, and the one above it.
        const first = row % 16 === 3 ? most + random(2) : random(8) * 0x24000000 + random(0x1000000);
        const words = [first, ...Array.from({ length: 7 }, () => random(2 ** 32))];
        const label = random(1000);
        for (const [word, value] of words.entries())
          view.setUint32(DIGESTS_AT + laneAt(row, word, 8), value, true);
        view.setUint32(labelsAt + 4 * row, label, true);
        if (words[0]! <= most) expected[words[0]! >>> 24]!.push([...words, label]);
      }
      kernel.collect(rows, labelsAt, most);
    }
    for (let bucket = 0; bucket < BUCKETS; bucket++)
      take(bucket, view.getUint32(BUCKET_COUNTS_AT + 4 * bucket, true));
    expect(actual).toEqual(expected);
    expect(expected.filter((rows) => rows.length > BUCKET_ROWS).length).toBeGreaterThan(1);
  });
});

describe('the data set sha256', () => {
  interface Row {
    readonly x: number | null;
    readonly colour: string | null;
    readonly label: string;
  }
  const rows = fc.array(
    fc.record<Row>({
      x: fc.option(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true })).map((x) => x + 0)),
      colour: fc.option(fc.constantFrom('red', 'blue', 'caf\u00e9', '\u{1f427}', 'a,"b"')),
      label: fc.constantFrom('p', 'q', 'r'),
    }),
    { minLength: 2, maxLength: 80 },
  );

  /** The definition, with node:crypto and plain loops: see ContentHash. */
  function defined(table: readonly Row[], exactRows: number): string {
    const classes = [...new Set(table.map(({ label }) => label))].sort();
    const features = table.map(({ x, colour }) => {
      const number = Buffer.alloc(8);
      if (x === null) number.writeBigUInt64LE(0x7ff8000000000000n);
      else number.writeDoubleLE(x);
      // Columns in code-unit order of their names.
      return blake2s(colour === null ? Buffer.alloc(32) : blake2s(Buffer.from(colour)), number);
    });
    const isSorted = table.length <= exactRows;
    const columns = [
      ['colour', 'categorical'],
      ['x', 'numeric'],
    ];
    const header = ['data set', 1, isSorted ? 'sorted' : 'summed', table.length, columns, 'label', classes];
    const hash = createHash('sha256').update(`${JSON.stringify(header)}\n`);
    if (isSorted) {
      const lines = table.map(({ label }, row) => ({ digest: features[row]!, rank: classes.indexOf(label) }));
      lines.sort((a, b) => compareWords(a.digest, b.digest) || a.rank - b.rank);
      for (const { digest, rank } of lines) hash.update(digest).update(new Uint32Array([rank]));
    } else {
      const sums = new Uint32Array(512);
      for (const [row, { label }] of table.entries()) {
        const key = blake2s(features[row]!, blake2s(Buffer.from(label)));
        for (const [i, word] of chachaWords(key, 8, 32).entries()) sums[i]! += word;
      }
      hash.update(sums);
    }
    return hash.digest('hex');
  }

  function compareWords(a: Buffer, b: Buffer): number {
    for (let at = 0; at < 32; at += 4) {
      const difference = a.readUInt32LE(at) - b.readUInt32LE(at);
      if (difference !== 0) return difference;
    }
    return 0;
  }

  function computed(table: readonly Row[], exactRows: number, groupRows: number): string {
    const plan = {
      names: ['x', 'colour', 'label'],
      columns: [
        { kind: 'numeric', min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY },
        { kind: 'categorical', allowed: undefined },
        { kind: 'label', allowed: undefined },
      ] as const,
      labelColumn: 2,
      featureOrder: ['x', 'colour'],
      missingTokens: [],
      warnings: [],
    };
    const group = new RowGroup(plan, { ...DEFAULT_LIMITS, rowGroupRows: groupRows });
    const hash = new ContentHash(group, exactRows);
    const [x, colour] = group.features;
    if (x?.kind !== 'numeric' || colour?.kind !== 'categorical')
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
        group.label.codes[row] = codeOf(group.label.texts, cells.label);
      }
      group.rows = part.length;
      hash.add(group);
    }
    return hash.summarise([...new Set(table.map(({ label }) => label))].sort()).datasetSha256;
  }

  it('is what its definition gives with node:crypto, sorted and summed, in groups of any size', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 90 }), fc.boolean(), (table, groupRows, isSorted) => {
        const exactRows = isSorted ? 100 : Math.max(1, table.length >> 1);
        expect(computed(table, exactRows, groupRows)).toBe(defined(table, exactRows));
      }),
      { seed: SEED, numRuns: 150 },
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
    return { short: kernel.shortDecimal(textAt, end), long: kernel.longDecimal(textAt, end) };
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
    fc.assert(fc.property(written, expectNumber), { seed: SEED, numRuns: 30_000 });
    const doubles = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(fc.property(doubles.map(String), expectNumber), { seed: SEED, numRuns: 30_000 });
    const precise = fc.tuple(doubles, fc.integer({ min: 15, max: 19 }));
    fc.assert(
      fc.property(
        precise.map(([value, precision]) => value.toExponential(precision - 1)),
        expectNumber,
      ),
      { seed: SEED, numRuns: 30_000 },
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
      { seed: SEED, numRuns: 50_000 },
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
        const end = kernel.index(from, from + bytes.length, placesAt, recordsAt);
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
        index.find(bytes, Math.min(from, bytes.length), bytes.length);
        const rest = bytes.subarray(Math.min(from, bytes.length));
        const plain = [...rest.keys()].filter((at) => [0x2c, 0x0a, 0x22].includes(rest[at]!));
        expect([...index.positions.subarray(0, index.count)]).toEqual(plain);
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });
});
