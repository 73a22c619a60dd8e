import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { ByteSink } from '../byte-sink.ts';

export interface FileSink extends ByteSink {
  write(chunk: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** Writes a file, one chunk at a time. */
export const fileSink = (path: string): FileSink => streamSink(createWriteStream(path));

/** Writes to a stream that was opened already, one chunk at a time, no faster than it takes them. */
export function streamSink(stream: Writable): FileSink {
  // Whoever writes or closes gets the error: without a listener it would end the process as well.
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

/** Writes nothing, for outputs that nobody asked for. */
export const nowhere: FileSink = {
  isDoneAfterWrite: true,
  write: async () => undefined,
  close: async () => undefined,
};
