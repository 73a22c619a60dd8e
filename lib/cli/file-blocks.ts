import { type FileHandle, open } from 'node:fs/promises';

/** Large enough for the scanner's blocks to be full. */
const BLOCK_BYTES = 1024 * 1024;

/**
 * Reads a file's bytes [from, to) from front to back, the next block while one is worked on. There are two
 * blocks, used in turn: what is given is good until the next is asked for. A read stream takes fresh memory
 * for each, whose pages cost more than the reading.
 */
export async function* fileBlocks(
  path: string,
  from = 0,
  to = Number.POSITIVE_INFINITY,
): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  let [block, next] = [new Uint8Array(BLOCK_BYTES), new Uint8Array(BLOCK_BYTES)];
  let at = from;
  let reading = readBlock(file, block, at, to);
  try {
    for (;;) {
      const { bytesRead } = await reading;
      if (bytesRead === 0) return;
      at += bytesRead;
      reading = readBlock(file, next, at, to);
      // Whoever waits for it next gets the error; until then nobody listens.
      reading.catch(() => undefined);
      yield block.subarray(0, bytesRead);
      [block, next] = [next, block];
    }
  } finally {
    // Reading ahead has to end before the file is closed; an error that matters was thrown above, and nobody
    // wants this block.
    await reading.catch(() => undefined);
    await file.close();
  }
}

function readBlock(
  file: FileHandle,
  block: Uint8Array,
  at: number,
  to: number,
): Promise<{ readonly bytesRead: number }> {
  const length = Math.min(block.length, to - at);
  return length <= 0 ? Promise.resolve({ bytesRead: 0 }) : file.read(block, 0, length, at);
}
