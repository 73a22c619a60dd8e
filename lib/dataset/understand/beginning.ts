import { Buffer } from 'node:buffer';
import type { RefusedFileError } from '../../errors.ts';
import { encodingFaultAt } from '../csv/encoding-fault-at.ts';
import type { IngestLimits } from '../csv/limits.ts';
import { countLines } from '../csv/lines.ts';
import { findEncodingFault } from '../csv/utf8.ts';

/** What is looked at of a text before it is read. */
export interface Beginning {
  readonly bytes: Uint8Array;
  /** Whether it is the whole text. */
  readonly isWhole: boolean;
  /** What is no text in it; the bytes end before it. */
  readonly fault: RefusedFileError | undefined;
}

/**
 * Takes chunks until they hold the sample's records, or its bytes, or everything.
 *
 * @param chunks goes on to be read by others
 * @param work done while the first chunk is under way
 */
export async function readBeginning(
  chunks: AsyncIterator<Uint8Array>,
  { sampleRecords, sampleBytes }: IngestLimits,
  work: () => void,
): Promise<Beginning> {
  const parts: Uint8Array[] = [];
  let length = 0;
  let lines = 0;
  let isWhole = false;
  const first = chunks.next();
  work();
  for (let next = await first; ; next = await chunks.next()) {
    if (next.done) {
      isWhole = true;
      break;
    }
    // The source may use its memory again.
    parts.push(next.value.slice());
    length += next.value.length;
    lines += countLines(next.value);
    // One more for the header, and as many as there may be before it.
    if (lines > 2 * sampleRecords || length >= sampleBytes) break;
  }
  const bytes = Buffer.concat(parts, length);
  const { fault, checked } = findEncodingFault(bytes, isWhole);
  if (fault < 0) return { bytes, isWhole, fault: undefined };
  return { bytes: bytes.subarray(0, checked), isWhole: false, fault: encodingFaultAt(bytes, fault) };
}
