import { type CsvGrammar, RFC_4180 } from '../../lib/dataset/csv/grammar.ts';
import type { DatasetContract } from '../../lib/dataset/understand/contract.ts';
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

/** Pieces that have a meaning where a table's dialect, header and kinds are inferred. */
const HINTS = [
  ...[
    ';',
    '\t',
    '|',
    ' ',
    '\t ',
    'NaN',
    '-',
    '.',
    '\\N',
    'None',
    '0.0',
    '1,5',
    '007',
    '# a\n',
    'sep=;\n',
    'class',
  ],
  ...[
    'oops',
    'off',
    'x;y;z',
    ';;;;',
    '|||',
    '\n;;;\n',
    '\n,,,\n',
    'a title\n',
    '#',
    '1',
    '2001',
    '9007199254740993',
  ],
].map((text) => Buffer.from(text));

/** A table in some dialect with 0 to 3 mutations, as UTF-8 or UTF-16. */
export function dialectFile(seed: number): Uint8Array {
  const random = randomFrom(seed);
  let file: Buffer = Buffer.from(dialectTable(random));
  for (let left = random(4); left > 0; left--) {
    const at = random(file.length + 1);
    const hint = HINTS[random(HINTS.length)]!;
    file =
      random(3) > 0 ? Buffer.concat([file.subarray(0, at), hint, file.subarray(at)]) : mutate(file, random);
  }
  const isText = !file.includes(0) && Buffer.compare(Buffer.from(file.toString()), file) === 0;
  if (!isText || random(6) > 0) return file;
  const marked = Buffer.from(`\ufeff${file.toString().replace(/^\ufeff/, '')}`, 'utf16le');
  return random(2) === 0 ? marked : marked.swap16();
}

function dialectTable(random: (below: number) => number): string {
  const oneOf = <Value>(values: readonly Value[]) => values[random(values.length)]!;
  const delimiter = oneOf([',', ';', '\t', '|']);
  const decimal = delimiter !== ',' && random(2) === 0 ? ',' : '.';
  const end = oneOf(['\n', '\r\n', '\r']);
  const padding = oneOf([[''], [''], delimiter === '\t' ? ['', ' '] : ['', ' ', '\t']]);
  const index = oneOf([undefined, undefined, '', 'Unnamed: 0', 'Id', 'short']);
  const trailing = oneOf([0, 0, 0, 1, 2]);
  const gaps = oneOf([['NA'], ['NaN', ''], ['-', '.'], ['None', '?', '\\N'], ['off', 'NA']]);
  const labels = oneOf([
    ['a', 'b'],
    ['yes', 'no', 'Yes'],
    ['0', '1'],
    ['0.0', '1', '0'],
    ['1.5', '2'],
    ['NA', 'EU', 'AS'],
  ]);
  const hasCodes = random(3) === 0;
  const number = () => `${oneOf(['', '-'])}${random(1000)}${oneOf(['', '.5', '.25'])}`.replace('.', decimal);
  const rows = Array.from({ length: 5 + random(50) }, (_, row) => [
    ...(index === undefined ? [] : [String(row + 1)]),
    random(9) === 0 ? oneOf(gaps) : number(),
    hasCodes ? oneOf(['many', '0', '1', '2', '3']) : number(),
    oneOf(['red', 'green', 'bl,ue', 'bl;ue', '', 'q"q', 'caf\u00e9', 'None']),
    oneOf(labels),
  ]);
  const label = oneOf(['class', 'class', 'Species', 'kind', 'n']);
  const header = [...(index === undefined || index === 'short' ? [] : [index]), 'x', 'y', 'colour', label];
  const field = (text: string) => {
    const isQuoted = [delimiter, '"'].some((mark) => text.includes(mark)) || random(9) === 0;
    return oneOf(padding) + (isQuoted ? `"${text.replaceAll('"', '""')}"` : text) + oneOf(padding);
  };
  const records = [...(random(6) > 0 ? [header] : []), ...rows].map((cells, at) => {
    const isTrailing = at > 0 || random(2) === 0;
    return cells.map(field).join(delimiter) + delimiter.repeat(isTrailing ? trailing : 0);
  });
  const comment = `# ${['x', 'y', 'colour', 'class'].join(delimiter)}`;
  const before = oneOf([
    [],
    [],
    [],
    ['# made'],
    ['', '# one', ''],
    [`sep=${delimiter}`],
    [comment],
    ['A title'],
  ]);
  return [...before, ...records].join(end) + (random(2) === 0 ? end : '');
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

/** A verdict of the reference, and a text that says how the ingestion's differs from it. */
export interface Compared {
  readonly difference: string | undefined;
  readonly verdict: ReferenceVerdict;
}

/**
 * Ingests the file of a seed, in some dialect, in random chunks and compares the result with the reference.
 */
export async function fuzzDifference(seed: number): Promise<Compared> {
  const file = dialectFile(seed);
  return await compared(seed, referenceVerdict(file, LIMITS), file, undefined);
}

/**
 * The same for the mutated file of a seed, written in a grammar that a contract names and the reference does
 * not know.
 */
export async function grammarDifference(seed: number, grammar: CsvGrammar): Promise<Compared> {
  const file = mutatedFile(seed);
  const verdict = referenceVerdict(file, LIMITS, contractOf(RFC_4180));
  return await compared(seed, verdict, exchanged(file, RFC_4180, grammar), contractOf(grammar));
}

async function compared(
  seed: number,
  verdict: ReferenceVerdict,
  file: Uint8Array,
  contract: DatasetContract | undefined,
): Promise<Compared> {
  const random = randomFrom(seed + 1);
  const cuts = Array.from({ length: random(5) }, () => random(file.length + 1)).sort((a, b) => a - b);
  const [expected, actual] = [verdict, await actualVerdict(file, cuts, contract)].map((one) =>
    JSON.stringify(one),
  );
  const difference = expected === actual ? undefined : `seed ${seed}: expected ${expected}, got ${actual}`;
  return { verdict, difference };
}

const contractOf = ({ delimiter, quote }: CsvGrammar) => ({
  delimiter: String.fromCharCode(delimiter),
  quote: String.fromCharCode(quote),
});

async function actualVerdict(
  file: Uint8Array,
  cuts: readonly number[],
  contract: DatasetContract | undefined,
): Promise<ReferenceVerdict> {
  try {
    const { rows, rejects } = await ingest(file, { limits: LIMITS, contract }, cuts);
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
