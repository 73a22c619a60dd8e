import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { ByteSink } from '../dataset/byte-sink.ts';

export interface FileSink extends ByteSink {
  write(chunk: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** Writes a file, one chunk at a time. */
export function fileSink(path: string): FileSink {
  const stream = createWriteStream(path);
  return {
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

/** Writes nothing, for outputs that nobody asked for. */
export const nowhere: FileSink = { write: async () => undefined, close: async () => undefined };
