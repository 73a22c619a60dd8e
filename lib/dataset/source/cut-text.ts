const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * The bytes of a text that was cut anywhere, up to the end of its last whole line, so that they end with a
 * whole character: in every encoding but UTF-16, a byte that looks like a line end is one. All bytes when no
 * line ends in them.
 *
 * @param encoding that a contract gives; undefined where the bytes tell
 */
export function cutAtLineEnd(bytes: Uint8Array, encoding: string | undefined): Uint8Array {
  const wide = wideOrder(bytes, encoding);
  const end = wide === undefined ? narrowEnd(bytes) : wideEnd(bytes, wide);
  return end === 0 ? bytes : bytes.subarray(0, end);
}

function narrowEnd(bytes: Uint8Array): number {
  const lineFeed = bytes.lastIndexOf(LINE_FEED);
  return (lineFeed >= 0 ? lineFeed : bytes.lastIndexOf(CARRIAGE_RETURN)) + 1;
}

/** The offset of the byte of a line end in its two bytes; undefined for other encodings than UTF-16. */
function wideOrder([first, second]: Uint8Array, encoding: string | undefined): 0 | 1 | undefined {
  if ((first === 0xff && second === 0xfe) || encoding === 'utf-16le' || encoding === 'utf-16') return 0;
  if ((first === 0xfe && second === 0xff) || encoding === 'utf-16be') return 1;
  return undefined;
}

function wideEnd(bytes: Uint8Array, order: 0 | 1): number {
  const lastUnit = bytes.length - (bytes.length % 2) - 2;
  for (const lineEnd of [LINE_FEED, CARRIAGE_RETURN])
    for (let at = lastUnit; at >= 0; at -= 2)
      if (bytes[at + order] === lineEnd && bytes[at + 1 - order] === 0) return at + 2;
  return 0;
}
