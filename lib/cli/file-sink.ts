import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { ByteSink } from '../byte-sink.ts';

export interface FileSink extends ByteSink {
  write(chunk: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** Writes a file, one chunk at a time. */
export function fileSink(path: string): FileSink {
  const stream = createWriteStream(path);
  // `write` and `close` report the error. Without a listener it would also end the process.
  stream.on('error', () => undefined);
  return {
    isDoneAfterWrite: true,
    write: (chunk) =>
      new Promise<void>((resolve, reject) => {
        stream.write(chunk, (error) => (error ? reject(error) : resolve()));
      }),
    async close() {
      stream.end();
      await finished(stream);
    },
  };
}

/** Discards everything, for outputs that were not requested. */
export const nowhere: FileSink = {
  isDoneAfterWrite: true,
  write: async () => undefined,
  close: async () => undefined,
};
