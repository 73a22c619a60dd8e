/**
 * Hands on the chunks, the first of them long enough to be judged by: it has at least so many bytes, or is
 * the whole text. Only chunks that are too short are copied. There is no empty chunk.
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
      // Copied: a chunk's memory may be used again as soon as the next one is asked for.
      parts.push(Uint8Array.from(chunk));
      missing -= chunk.length;
      if (missing <= 0) yield Buffer.concat(parts.splice(0));
    }
  } catch (error) {
    // What came before a fault is handed on before it: it may hold an earlier one.
    if (parts.length > 0) yield Buffer.concat(parts);
    throw error;
  }
  if (parts.length > 0) yield Buffer.concat(parts);
}

/**
 * Cuts a stream into pieces of equal size, but for the last, so that nothing depends on where chunks end.
 * There is one piece of memory: a piece is good until the next is asked for.
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
