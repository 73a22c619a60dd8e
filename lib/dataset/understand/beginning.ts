import { Buffer } from 'node:buffer';
import type { RefusedFileError } from '../../errors.ts';
import { encodingFaultAt } from '../csv/encoding-fault-at.ts';
import type { IngestLimits } from '../csv/limits.ts';
import { countLines } from '../csv/lines.ts';
import { findEncodingFault } from '../csv/utf8.ts';

/** The beginning of a text, which is examined before the text is read. */
export interface Beginning {
  readonly bytes: Uint8Array;
  /** Whether the beginning is the whole text. */
  readonly isWhole: boolean;
  /** Fault at which the bytes end because it is not text. */
  readonly fault: RefusedFileError | undefined;
}

/** Initial buffer size. Pages that are not touched take no memory. */
const INITIAL_BYTES = 4 * 1024 * 1024;
const MAX_LINES_BEFORE = 1000;

/**
 * Takes chunks until they hold the sample's records, or its bytes, or everything.
 *
 * @param chunks stays open, so that others can read the rest
 * @param isCut whether the text itself ends where somebody cut it
 * @param work run while the first chunk is on its way
 */
export async function readBeginning(
  chunks: AsyncIterator<Uint8Array>,
  { sampleRecords, sampleBytes }: IngestLimits,
  isCut: boolean,
  work: () => void,
): Promise<Beginning> {
  let memory = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  let length = 0;
  let lines = 0;
  let isWhole = false;
  const first = chunks.next();
  work();
  for (let next = await first; ; next = await chunks.next()) {
    if (next.done) {
      isWhole = !isCut;
      break;
    }
    const chunk = next.value;
    if (length + chunk.length > memory.length) memory = grown(memory, length + chunk.length);
    memory.set(chunk, length);
    length += chunk.length;
    lines += countLines(chunk);
    // Some lines more than the sample needs: for the header and any lines before it.
    if (lines > sampleRecords + MAX_LINES_BEFORE || length >= sampleBytes) break;
  }
  // No Buffer: V8 optimises the scanner for one class of arrays, and compiles it anew for another.
  const bytes = new Uint8Array(memory.buffer, 0, length);
  const { fault, checked } = findEncodingFault(bytes, isWhole);
  if (fault < 0) return { bytes, isWhole, fault: undefined };
  return { bytes: bytes.subarray(0, checked), isWhole: false, fault: encodingFaultAt(bytes, fault) };
}

function grown(memory: Buffer<ArrayBuffer>, length: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafeSlow(Math.max(2 * memory.length, length));
  larger.set(memory);
  return larger;
}
