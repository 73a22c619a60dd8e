import { openModel } from '../../lib/classifier/model-file.ts';
import type { RawValue } from '../../lib/columns/storage.ts';
import { ArtifactError } from '../../lib/errors.ts';
import { sha256 } from '../../lib/sha256.ts';
import { randomFrom } from './csv-fuzz.ts';

const DIGEST_BYTES = 32;

/**
 * Damages a file as disks, networks and people do: cut off, a piece moved, doubled, removed or overwritten,
 * two parts swapped.
 */
export function damaged(file: Uint8Array, seed: number): Uint8Array<ArrayBuffer> {
  const random = randomFrom(seed);
  const [a, b, c] = [random(file.length), random(file.length), random(file.length)].sort((x, y) => x - y) as [
    number,
    number,
    number,
  ];
  const part = (from: number, to?: number) => file.subarray(from, to);
  // Sections begin at multiples of 64 bytes, so such a swap leaves a file with a valid layout.
  const [s, t, u] = [a, b, c].map((at) => at - (at % 64)) as [number, number, number];
  const pieces = [
    [part(0, a)],
    [part(0, a), part(b)],
    [part(0, b), part(a)],
    [part(0, a), part(b, c), part(a, b), part(c)],
    [part(0, s), part(t, u), part(s, t), part(u)],
    [part(0, s), part(t, t + (u - t)), part(s + (u - t))],
    [part(0, a), Uint8Array.of(random(256), random(256)), part(a + 2)],
    [part(0, a), new Uint8Array(b - a), part(b)],
  ][random(8)]!;
  return new Uint8Array(Buffer.concat(pieces));
}

/** The same file with a valid digest at its end, as if its writer had been wrong. */
export function resigned(file: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(file);
  if (copy.length < DIGEST_BYTES) return copy;
  const body = copy.subarray(0, copy.length - DIGEST_BYTES);
  copy.set(sha256(body), body.length);
  return copy;
}

/**
 * The result of opening a file and answering a query: the code of the failed check, or `opened` when it
 * answers. Any other error is thrown.
 */
export function outcomeOf(file: Uint8Array<ArrayBuffer>, query: readonly RawValue[]): string {
  try {
    const { prediction, confidence } = openModel(file).explain(query);
    if (typeof prediction !== 'string' || !(confidence >= 0 && confidence <= 1))
      throw new Error(`answered ${prediction} with confidence ${confidence}`);
    return 'opened';
  } catch (error) {
    if (error instanceof ArtifactError) return error.code;
    throw error;
  }
}
