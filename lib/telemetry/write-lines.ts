import { writeSync } from 'node:fs';

/**
 * Writes to standard output what `process.stdout.write` would, without its stream, which costs as much as a tenth of a prediction. Who has put a
 * `write` of their own into its place gets everything, and what a full pipe does not take waits in the stream, with all that comes after it.
 *
 * @param bytes whole lines, of which nothing is kept when this returns
 * @param end bytes of them
 * @param text further lines
 * @throws Error of the system when standard output cannot be written to
 */
export function writeLines(bytes: Buffer, end: number, text: string): void {
  const { stdout } = process;
  if (text !== '' || Object.hasOwn(stdout, 'write') || stdout.writableLength > 0) {
    stdout.write(bytes.toString('utf8', 0, end) + text);
    return;
  }
  const written = writeNow(bytes, end);
  if (written < end) stdout.write(Buffer.from(bytes.subarray(written, end)));
}

/** Bytes that were taken. */
function writeNow(bytes: Buffer, end: number): number {
  try {
    return writeSync(1, bytes, 0, end);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
    throw error;
  }
}
