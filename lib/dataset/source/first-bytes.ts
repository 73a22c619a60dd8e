/**
 * Passes on the chunks. The first has at least the given number of bytes, or is the whole text, so that it
 * suffices to judge the text. Only chunks that are too short are copied. No chunk is empty.
 */
export async function* beginningWith(
  bytes: number,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const parts: Uint8Array[] = [];
  let missing = bytes;
  try {
    for await (const chunk of chunks) {
      if (chunk.length === 0) continue;
      if (missing <= 0 || (parts.length === 0 && chunk.length >= bytes)) {
        missing = 0;
        yield chunk;
        continue;
      }
      // Copied, because the source may reuse a chunk's memory when the next one is requested.
      parts.push(Uint8Array.from(chunk));
      missing -= chunk.length;
      if (missing <= 0) yield Buffer.concat(parts.splice(0));
    }
  } catch (error) {
    // Pass on what came before a fault first: it may hold an earlier one.
    if (parts.length > 0) yield Buffer.concat(parts);
    throw error;
  }
  if (parts.length > 0) yield Buffer.concat(parts);
}

/**
 * Cuts a stream into pieces of equal size, except for the last, so that nothing depends on where chunks end.
 * All pieces share one memory: a piece is valid until the next is requested.
 */
export async function* inPieces(
  bytes: number,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const piece = new Uint8Array(bytes);
  let filled = 0;
  for await (const chunk of chunks) {
    for (let taken = 0; taken < chunk.length; ) {
      const part = chunk.subarray(taken, taken + bytes - filled);
      piece.set(part, filled);
      filled += part.length;
      taken += part.length;
      if (filled < bytes) continue;
      yield piece;
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}
