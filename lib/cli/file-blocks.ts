import { type FileHandle, open } from 'node:fs/promises';

/** Large enough to fill the scanner's blocks. */
const BLOCK_BYTES = 1024 * 1024;

/**
 * Reads a file's bytes [from, to) in order. It reads the next block while the caller works on the current
 * one. Two blocks are used in turn, so a block is valid only until the caller requests the next. A read
 * stream allocates memory for each block, and touching new pages costs more than the reading.
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
      // The next `await` throws the error. Until then, an unhandled rejection would end the process.
      reading.catch(() => undefined);
      yield block.subarray(0, bytesRead);
      [block, next] = [next, block];
    }
  } finally {
    // The pending read must end before the file is closed. Its block is not needed, so its error is ignored.
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
