import { createHash } from 'node:crypto';
import { blake2s, chachaWords } from './plain-hashes.ts';

/** A row as the definition sees it: what its features are encoded as, its label, and how often it occurs. */
export interface DefinedRow {
  readonly features: Uint8Array;
  readonly label: string;
  readonly times: number;
}

const BLOCKS = 24;

/**
 * The sha256 of a data set as ContentHash defines it, with node:crypto and plain loops.
 *
 * @param columns names and kinds, in code-unit order of the names
 */
export function definedSha256(
  columns: readonly (readonly [name: string, kind: string])[],
  rows: readonly DefinedRow[],
  exactRows: number,
): string {
  const classes = [...new Set(rows.map(({ label }) => label))].sort();
  const count = rows.reduce((sum, { times }) => sum + times, 0);
  const isSorted = count <= exactRows;
  const definition = isSorted ? [1, 'sorted'] : [2, 'counted'];
  const header = ['data set', ...definition, count, columns, 'label', classes];
  const hash = createHash('sha256').update(`${JSON.stringify(header)}\n`);
  if (isSorted) {
    const lines = rows.map(({ features, label, times }) => ({
      digest: blake2s(features),
      rank: classes.indexOf(label),
      times,
    }));
    lines.sort((a, b) => compareWords(a.digest, b.digest) || a.rank - b.rank);
    for (const { digest, rank, times } of lines)
      hash.update(Buffer.alloc(36 * times, Buffer.concat([digest, new Uint32Array([rank])].map(bytesOf))));
  } else hash.update(bytesOf(bitsOf(rows)));
  return hash.digest('hex');
}

/** For each bit of the key streams, how many rows have it. */
function bitsOf(rows: readonly DefinedRow[]): BigUint64Array<ArrayBuffer> {
  const counts = new Float64Array(512 * BLOCKS);
  for (const { features, label, times } of rows) {
    const key = blake2s(blake2s(features), blake2s(Buffer.from(label)));
    for (const [i, word] of chachaWords(key, 8, BLOCKS).entries())
      for (let bit = 0; bit < 32; bit++) if ((word >>> bit) & 1) counts[32 * i + bit]! += times;
  }
  return BigUint64Array.from(counts, BigInt);
}

const bytesOf = ({ buffer, byteOffset, byteLength }: NodeJS.ArrayBufferView) =>
  new Uint8Array(buffer, byteOffset, byteLength);

function compareWords(a: Buffer, b: Buffer): number {
  for (let at = 0; at < 32; at += 4) {
    const difference = a.readUInt32LE(at) - b.readUInt32LE(at);
    if (difference !== 0) return difference;
  }
  return 0;
}
