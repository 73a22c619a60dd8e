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
