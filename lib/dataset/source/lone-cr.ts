const LF = 0x0a;
const CR = 0x0d;

/**
 * Whether a text's lines end in CR alone, as old Macs wrote them: its beginning has a CR and no LF.
 *
 * @param start the first `bytes` bytes of the text and one more, or the whole text. The extra byte tells
 *   whether a CR at their end is half of a CRLF
 */
export function endsLinesInCr(start: Uint8Array, bytes: number): boolean {
  const judged = Buffer.from(start.buffer, start.byteOffset, Math.min(start.length, bytes + 1));
  if (judged.includes(LF)) return false;
  const firstCr = judged.indexOf(CR);
  return firstCr >= 0 && firstCr < bytes;
}

/** Copies the text with LF for every CR. */
export function lineFeedsForCr(text: Uint8Array): Uint8Array {
  const copy = Buffer.from(text);
  for (let at = copy.indexOf(CR); at >= 0; at = copy.indexOf(CR, at + 1)) copy[at] = LF;
  return copy;
}

/**
 * Whether a text's lines end in CR CR LF: programs under Windows write so that end lines in CRLF themselves,
 * and let the system put a CR before each LF.
 *
 * @param start the first bytes of the text
 */
export function endsLinesInDoubledCr(start: Uint8Array): boolean {
  const at = start.indexOf(LF);
  return at >= 2 && start[at - 1] === CR && start[at - 2] === CR;
}

/** Copies such a text without a CR before another. */
export async function* withoutDoubledCr(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // A CR at the end of a chunk waits for the next.
  let held = false;
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString('latin1');
    const text: Buffer = Buffer.from(`${held ? '\r' : ''}${bytes}`.replaceAll(/\r+(?=\r)/g, ''), 'latin1');
    held = text.at(-1) === CR;
    yield held ? text.subarray(0, -1) : text;
  }
  if (held) yield Buffer.alloc(1, CR);
}
