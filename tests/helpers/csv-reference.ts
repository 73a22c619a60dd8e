import { byCodeUnits } from '../../lib/code-units.ts';
/**
 * A second implementation of the ingestion's rules, written only for clarity: the whole file in memory, one
 * character at a time, no code shared with lib/dataset. The fast code is right when it agrees with this one
 * on every file.
 */

/** The result for a file: refused as a whole, or a verdict for each record. */
export type ReferenceVerdict =
  | { readonly kind: 'refused'; readonly code: string }
  | {
      readonly kind: 'accepted';
      readonly read: number;
      readonly accepted: number;
      readonly blank: number;
      /** In file order. */
      readonly rejected: readonly { readonly line: number; readonly code: string }[];
    };

export interface ReferenceLimits {
  readonly fieldBytes: number;
  readonly rowBytes: number;
  readonly columns: number;
}

interface ReferenceRecord {
  readonly line: number;
  readonly fields: readonly string[];
  readonly rowBytes: number;
  readonly isBlank: boolean;
}

class Refusal extends Error {
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

const MISSING = ['', 'NA', 'N/A', 'null', '?'];

export function referenceVerdict(bytes: Uint8Array, limits: ReferenceLimits): ReferenceVerdict {
  try {
    return judge(bytes, limits);
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'refused', code: error.code };
    throw error;
  }
}

function judge(bytes: Uint8Array, limits: ReferenceLimits): ReferenceVerdict {
  if (bytes.length === 0) throw new Refusal('empty');
  refuseBinary(bytes);
  const { text, isWhole } = decodeValidPrefix(bytes);
  const { records, quotingFault } = splitRecords(text, isWhole);
  const [header, ...rest] = records.filter((record) => !record.isBlank);
  if (header) judgeHeader(header, limits);
  if (quotingFault) throw new Refusal('quoting');
  if (!isWhole) throw new Refusal('encoding');
  if (!header) throw new Refusal('empty');
  const blank = records.filter((record) => record.isBlank).length;
  return judgeRows(header.fields, rest, blank, limits);
}

function refuseBinary(bytes: Uint8Array): void {
  const hex = Buffer.from(bytes.subarray(0, 8)).toString('hex');
  const types = [
    '1f8b',
    '504b0304',
    '504b0506',
    'd0cf11e0',
    '50415231',
    '28b52ffd',
    '425a6839',
    'fd377a585a',
    '377abcaf',
    '255044462d',
  ];
  if (types.some((type) => hex.startsWith(type))) throw new Refusal('type');
  if (['fffe', 'feff', '0000feff'].some((mark) => hex.startsWith(mark))) throw new Refusal('encoding');
}

function decodeValidPrefix(bytes: Uint8Array): { text: string; isWhole: boolean } {
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  let text = '';
  for (let at = hasMark ? 3 : 0; at < bytes.length; ) {
    const character = characterAt(bytes, at);
    if (character === undefined || character === '\0') return { text, isWhole: false };
    text += character;
    at += Buffer.byteLength(character);
  }
  return { text, isWhole: true };
}

function characterAt(bytes: Uint8Array, at: number): string | undefined {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length++) {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
        bytes.subarray(at, at + length),
      );
    } catch {
      // Too short, or invalid at any length. The loop finds out.
    }
  }
  return undefined;
}

function splitRecords(text: string, isWhole: boolean): { records: ReferenceRecord[]; quotingFault: boolean } {
  const records: ReferenceRecord[] = [];
  let line = 1;
  let at = 0;
  while (at < text.length) {
    const start = at;
    const startLine = line;
    const fields: string[] = [];
    for (;;) {
      let field = '';
      if (text[at] === '"') {
        at++;
        for (;;) {
          if (at >= text.length) return { records, quotingFault: isWhole };
          if (text[at] === '"' && text[at + 1] === '"') {
            field += '"';
            at += 2;
          } else if (text[at] === '"') break;
          else {
            if (text[at] === '\n') line++;
            field += text[at++];
          }
        }
        at++;
        if (!isWhole && at >= text.length) return { records, quotingFault: false };
        if (!isWhole && text[at] === '\r' && at + 1 >= text.length) return { records, quotingFault: false };
        if (at < text.length && text[at] !== ',' && !startsLineEnd(text, at))
          return { records, quotingFault: true };
      } else {
        while (at < text.length && text[at] !== ',' && !startsLineEnd(text, at)) {
          if (text[at] === '"') return { records, quotingFault: true };
          field += text[at++];
        }
      }
      fields.push(field);
      if (text[at] !== ',') break;
      at++;
    }
    const isEnded = at < text.length;
    if (!isEnded && !isWhole) break;
    const raw = text.slice(start, at);
    records.push({ line: startLine, fields, rowBytes: Buffer.byteLength(raw), isBlank: raw === '' });
    if (isEnded) {
      at += text[at] === '\r' ? 2 : 1;
      line++;
    }
  }
  return { records, quotingFault: false };
}

const startsLineEnd = (text: string, at: number) =>
  text[at] === '\n' || (text[at] === '\r' && text[at + 1] === '\n');

function sizeFault({ fields, rowBytes }: ReferenceRecord, limits: ReferenceLimits): string | undefined {
  if (fields.some((field) => Buffer.byteLength(field) > limits.fieldBytes)) return 'field_size';
  return rowBytes > limits.rowBytes ? 'row_size' : undefined;
}

function judgeHeader(header: ReferenceRecord, limits: ReferenceLimits): void {
  if (sizeFault(header, limits)) throw new Refusal('header');
  const names = header.fields;
  if (names.length > limits.columns || names.length < 2) throw new Refusal('columns');
  const normal = names.map((name) => name.normalize('NFC'));
  if (new Set(normal).size < names.length) throw new Refusal('header');
  if (names.some((name) => name.trim() === '' || isUnsafe(name) || [...name].length > 128))
    throw new Refusal('header');
}

function isUnsafe(text: string): boolean {
  return [...text].some((character) => {
    const code = character.codePointAt(0)!;
    const ranges = [
      [0, 0x1f],
      [0x7f, 0x9f],
      [0x61c, 0x61c],
      [0x180e, 0x180e],
      [0x200b, 0x200f],
      [0x2028, 0x202e],
      [0x2060, 0x2069],
      [0xfeff, 0xfeff],
    ];
    return ranges.some(([low, high]) => code >= low! && code <= high!);
  });
}

function judgeRows(
  names: readonly string[],
  rows: readonly ReferenceRecord[],
  blank: number,
  limits: ReferenceLimits,
): ReferenceVerdict {
  if (rows.length === 0) throw new Refusal('no_rows');
  const label = labelColumn(names);
  const sampled = rows
    .slice(0, 10_000)
    .filter((row) => row.fields.length === names.length && !sizeFault(row, limits));
  const kinds = names.map((_, column) =>
    column === label ? 'label' : kindOf(sampled.map((row) => row.fields[column]!)),
  );
  if (kinds.every((kind) => kind === 'label' || kind === 'ignored')) throw new Refusal('columns');
  const verdicts = rows.map((row) => ({
    line: row.line,
    code: sizeFault(row, limits) ?? rowFault(row.fields, kinds),
  }));
  const rejected = verdicts.flatMap(({ line, code }) => (code === undefined ? [] : [{ line, code }]));
  const accepted = rows.filter((_, row) => verdicts[row]!.code === undefined);
  if (accepted.length === 0) throw new Refusal('all_rejected');
  if (rejected.length > 0.05 * rows.length) throw new Refusal('rejected_share');
  const classes = new Set(accepted.map((row) => row.fields[label]));
  if (classes.size < 2) throw new Refusal('classes');
  if (accepted.length > 2 && classes.size === accepted.length) throw new Refusal('cardinality');
  if (accepted.length >= 100 && classes.size > accepted.length / 2) throw new Refusal('cardinality');
  return { kind: 'accepted', read: rows.length + blank, accepted: accepted.length, blank, rejected };
}

function labelColumn(names: readonly string[]): number {
  for (const usual of ['label', 'class', 'target', 'species']) {
    const found = names.filter((name) => name.toLowerCase() === usual).sort(byCodeUnits);
    if (found.length > 0) return names.indexOf(found[0]!);
  }
  return names.length - 1;
}

function kindOf(cells: readonly string[]): 'numeric' | 'categorical' | 'ignored' {
  const present = cells.filter((cell) => !MISSING.includes(cell));
  const decimals = present.filter((cell) => numberFault(cell) === undefined);
  if (present.length === 0) return 'categorical';
  if (decimals.length >= 0.95 * present.length) return 'numeric';
  const distinct = new Set(present.filter((cell) => numberFault(cell) !== undefined)).size;
  return distinct > 100 && distinct > cells.length / 2 ? 'ignored' : 'categorical';
}

function rowFault(fields: readonly string[], kinds: readonly string[]): string | undefined {
  if (fields.length !== kinds.length) return 'width';
  for (const [column, kind] of kinds.entries()) {
    if (kind !== 'numeric' || MISSING.includes(fields[column]!)) continue;
    const fault = numberFault(fields[column]!);
    if (fault) return fault;
  }
  const label = fields[kinds.indexOf('label')]!;
  const isLabel =
    !MISSING.includes(label) && label.trim() !== '' && !isUnsafe(label) && [...label].length <= 128;
  return isLabel ? undefined : 'label';
}

function numberFault(text: string): 'number' | 'range' | undefined {
  const match = /^[+-]?(\d*)(?:(\.)(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!match) return 'number';
  const [, whole = '', point, fraction = '', exponent] = match;
  if (whole === '' && fraction === '') return 'number';
  const value = Number(text);
  if (Math.abs(value) === Number.POSITIVE_INFINITY) return 'number';
  if (Math.abs(value) > 1e150) return 'range';
  if (value === 0 && /[1-9]/.test(whole + fraction)) return 'range';
  const isInteger = point === undefined && exponent === undefined;
  return isInteger && BigInt(whole) !== BigInt(Math.abs(value)) ? 'range' : undefined;
}
