import { type CsvGrammar, RFC_4180 } from '../../lib/dataset/csv/grammar.ts';
import { RefusedFileError } from '../../lib/errors.ts';
import { ingest } from './csv-ingest.ts';
import { type ReferenceVerdict, referenceVerdict } from './csv-reference.ts';

/** xorshift32: small, seeded, and the same on every machine. */
export function randomFrom(seed: number): (below: number) => number {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995) | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Limits that are small enough for mutated files to exceed. */
const LIMITS = { fieldBytes: 40, rowBytes: 160, columns: 12, blockBytes: 64 };

/** Pieces for mutations: everything that has a meaning for some layer. */
const PIECES = [
  ...[
    '"',
    '""',
    ',',
    '\n',
    '\r\n',
    '\r',
    '\n\n',
    '\0',
    ' ',
    '-0',
    '1e999',
    '1e-999',
    'NA',
    '?',
    '0x10',
    '1_000',
    'Infinity',
    '"a""b"',
  ],
  ...[
    '\u00e9',
    '\u202e',
    '\ufeff',
    '\u{1f427}',
    '=1+1',
    '9007199254740993',
    '1e151',
    ',,,,,',
    '"x\ny"',
    'x'.repeat(50),
    '"'.repeat(9),
    '1,'.repeat(90),
  ],
].map((text) => Buffer.from(text));
const BYTES = [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xf5], [0x80]].map((bytes) =>
  Buffer.from(bytes),
);

/**
 * A well-formed table of 20 to 60 rows with 0 to 3 mutations: some files stay valid, some lose rows, some are
 * refused.
 */
export function mutatedFile(seed: number): Uint8Array {
  const random = randomFrom(seed);
  let file = wellFormed(random);
  for (let left = random(4); left > 0; left--) file = mutate(file, random);
  return file;
}

function wellFormed(random: (below: number) => number): Buffer {
  const end = random(2) === 0 ? '\n' : '\r\n';
  const number = () => `${['', '-', ''][random(3)]}${random(1000)}${['', '.5', '.25', 'e2'][random(4)]}`;
  const rows = Array.from({ length: 20 + random(40) }, () => {
    const text = ['red', 'green', '"bl,ue"', '', '"q""q"', 'caf\u00e9'][random(6)];
    return [number(), random(9) === 0 ? 'NA' : number(), text, ['a', 'b', '"c"'][random(3)]].join(',');
  });
  return Buffer.from(['x,y,colour,class', ...rows].join(end) + (random(2) === 0 ? end : ''));
}

function mutate(file: Buffer, random: (below: number) => number): Buffer {
  const at = random(file.length + 1);
  const to = Math.min(file.length, at + random(30));
  const pieces = random(4) === 0 ? BYTES : PIECES;
  const piece = pieces[random(pieces.length)]!;
  switch (random(6)) {
    case 0:
      return Buffer.concat([file.subarray(0, at), file.subarray(to)]);
    case 1:
      return Buffer.concat([file.subarray(0, to), file.subarray(at)]);
    case 2:
      return file.subarray(0, at);
    case 3: {
      const flipped = Buffer.from(file);
      if (at < flipped.length) flipped.writeUInt8(random(256), at);
      return flipped;
    }
    default:
      return Buffer.concat([file.subarray(0, at), piece, file.subarray(at)]);
  }
}

/**
 * Swaps the bytes that have a different meaning in two grammars: the result means under one grammar what the
 * file means under the other.
 */
function exchanged(file: Uint8Array, from: CsvGrammar, to: CsvGrammar): Uint8Array {
  const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  for (const part of ['delimiter', 'quote'] as const) {
    bytes[from[part]] = to[part];
    bytes[to[part]] = from[part];
  }
  return file.map((byte) => bytes[byte]!);
}

/**
 * Ingests the mutated file of a seed in random chunks and compares the result with the reference. The file is
 * first written in the given grammar, which the reference does not know.
 *
 * @returns a text that describes the difference
 */
export async function fuzzDifference(
  seed: number,
  grammar: CsvGrammar = RFC_4180,
): Promise<{ difference: string | undefined; verdict: ReferenceVerdict }> {
  const file = mutatedFile(seed);
  const random = randomFrom(seed + 1);
  const cuts = Array.from({ length: random(5) }, () => random(file.length + 1)).sort((a, b) => a - b);
  const verdict = referenceVerdict(file, LIMITS);
  const written = exchanged(file, RFC_4180, grammar);
  const [expected, actual] = [
    JSON.stringify(verdict),
    JSON.stringify(await actualVerdict(written, cuts, grammar)),
  ];
  return {
    verdict,
    difference: expected === actual ? undefined : `seed ${seed}: expected ${expected}, got ${actual}`,
  };
}

const contractOf = ({ delimiter, quote }: CsvGrammar) => ({
  delimiter: String.fromCharCode(delimiter),
  quote: String.fromCharCode(quote),
});

async function actualVerdict(
  file: Uint8Array,
  cuts: readonly number[],
  grammar: CsvGrammar,
): Promise<ReferenceVerdict> {
  try {
    const { rows, rejects } = await ingest(file, { limits: LIMITS, contract: contractOf(grammar) }, cuts);
    if (rows.accepted + rows.rejected + rows.blank !== rows.read)
      throw new Error(`counts do not add up: ${JSON.stringify(rows)}`);
    const rejected = rejectedLines(rejects);
    if (rejected.length !== rows.rejected)
      throw new Error(`${rows.rejected} rejected, ${rejected.length} in rejects.csv`);
    return { kind: 'accepted', read: rows.read, accepted: rows.accepted, blank: rows.blank, rejected };
  } catch (error) {
    if (error instanceof RefusedFileError) return { kind: 'refused', code: error.code };
    throw error;
  }
}

/**
 * The first and third field of each record. Quoted values may hold line ends, so records are recognised by
 * their form.
 */
function rejectedLines(rejects: string): { line: number; code: string }[] {
  const pattern = /^(\d+),(?:"(?:[^"]|"")*"|[^",\r\n]*),([a-z_]+),(?:"(?:[^"]|"")*"|[^",\r\n]*)\r\n/;
  const found: { line: number; code: string }[] = [];
  let rest = rejects.slice(rejects.indexOf('\r\n') + 2);
  while (rest !== '') {
    const match = pattern.exec(rest);
    if (!match) throw new Error(`rejects.csv is malformed at ${JSON.stringify(rest.slice(0, 80))}`);
    found.push({ line: Number(match[1]), code: match[2]! });
    rest = rest.slice(match[0].length);
  }
  return found;
}
