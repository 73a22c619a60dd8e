import { gzipSync } from 'node:zlib';
import type { IngestOptions } from '../../lib/dataset/ingest-file.ts';
import { ingestParts } from '../../lib/dataset/set/ingest-parts.ts';
import { parsePart } from '../../lib/dataset/set/parse-part.ts';
import { planSet } from '../../lib/dataset/set/plan-set.ts';
import type { FileSource } from '../../lib/dataset/source/file-source.ts';
import { type Ingested, memoryFile } from './csv-ingest.ts';

/** A table as one text, and cut into parts of which each has its header. */
export interface CutTable {
  readonly whole: string;
  readonly parts: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

const NOTES = ['', 'plain', '"a\nb"', '"say ""so"""', '"\r\n\n"', 'ä€', '"x,y;z"', '  padded ', '# one'];

/**
 * A random table with line ends in quotes, blank lines, rows that are rejected, repeated rows and texts that
 * come late, cut anywhere between two records.
 */
export function randomCutTable(random: () => number): CutTable {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const rowCount = 8 + Math.floor(random() * 80);
  const badShare = pick([0, 0.02, 0.2]);
  const lineEnd = pick(['\n', '\r\n']);
  const delimiter = pick([',', ';', '\t']);
  const row = () => {
    const kind = pick(['a', 'b', 'c']);
    const length = random() < badShare ? 'wrong' : (random() * 9 + kind.charCodeAt(0)).toFixed(2);
    const cells = [pick(NOTES), length, String(Math.floor(random() * 5)), pick(['red', 'blue']), kind];
    if (random() < badShare / 4) cells.pop();
    return cells.join(delimiter);
  };
  const rows = Array.from({ length: rowCount }, row);
  for (let at = 0; at < rows.length; at++) {
    if (random() < 0.1) rows[at] = rows[Math.floor(random() * rows.length)]!;
    else if (random() < 0.03) rows[at] = '';
  }
  const header = ['note', 'length', 'leaves', 'shade', 'class'].join(delimiter);
  return cutTable([header, ...rows], lineEnd, random);
}

/** Cuts records into parts with the header each; some are compressed, some do not end their line. */
export function cutTable(
  [header = '', ...rows]: readonly string[],
  lineEnd: string,
  random: () => number,
): CutTable {
  const cuts = Array.from({ length: Math.floor(random() * 12) }, () =>
    Math.floor(random() * (rows.length + 1)),
  ).sort((a, b) => a - b);
  const text = (records: readonly string[], ends: boolean) =>
    [header, ...records].join(lineEnd) + (ends ? lineEnd : '');
  const parts = [0, ...cuts].map((from, index) => {
    const records = rows.slice(from, [...cuts, rows.length][index]);
    // A record that is an empty line at the end needs its line end to be one.
    const bytes = Buffer.from(text(records, records.at(-1) === '' || random() < 0.7));
    const name = `part-${String(index).padStart(3, '0')}.csv`;
    return random() < 0.2 ? { name: `${name}.gz`, bytes: gzipSync(bytes) } : { name, bytes };
  });
  return { whole: text(rows, true), parts };
}

/** Ingests parts as a set. */
export async function ingestSet(parts: CutTable['parts'], options: IngestOptions = {}): Promise<Ingested> {
  const files: FileSource[] = parts.map(({ name, bytes }) => memoryFile(bytes, [], name));
  const { contract, label } = options;
  const plan = await planSet(files, { contract, label });
  const parsed = [];
  for (const file of files) parsed.push({ file, parsed: await parsePart(file, plan, contract) });
  let parquet: Uint8Array[] = [];
  let rejects: Uint8Array[] = [];
  const open = () => {
    parquet = [];
    rejects = [];
    return {
      parquet: { write: (chunk: Uint8Array) => void parquet.push(chunk) },
      rejects: { write: (chunk: Uint8Array) => void rejects.push(chunk) },
    };
  };
  const result = await ingestParts(parsed, plan, open, options);
  return {
    ...result,
    parquet: new Uint8Array(Buffer.concat(parquet)),
    rejects: Buffer.concat(rejects).toString(),
  };
}
