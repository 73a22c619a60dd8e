import { RefusedFileError } from '../../errors.ts';
import { fileFormat } from './file-format.ts';
import type { FileSource } from './file-source.ts';
import type { Received } from './received-bytes.ts';
import { TextStream } from './text-stream.ts';

/** What a contract says of a file's bytes. */
export interface TextRules {
  readonly encoding?: string | undefined;
  readonly delimiter?: string | undefined;
  readonly fileBytes: number;
}

/** A file's text, whatever its format: UTF-8 that a grammar cuts into records. */
export interface TextSource {
  /** Read once, from the first to the last. */
  readonly chunks: AsyncIterator<Uint8Array>;
  /** What was understood of the bytes, once the first chunk is there. */
  readonly facts: TextFacts;
  /** Bytes received so far. */
  readonly receivedBytes: number;
  /** The bytes as received, once the text has ended. */
  readonly received: Received;
  /** Ends the source, wherever the reading ended. */
  close(): Promise<void>;
}

export interface TextFacts {
  readonly format: 'csv' | 'parquet';
  readonly compression: 'gzip' | null;
  readonly encoding: string;
  /** Where the bytes say what ends their lines; undefined where the text shows it. */
  readonly lineEnd: 'cr' | undefined;
}

/** Opens a file by what its name says. */
export function openText(file: FileSource, { encoding, fileBytes }: TextRules): TextSource {
  const { format, compression } = fileFormat(file.name);
  if (format === 'parquet') throw new RefusedFileError('type', 'Parquet is not read yet');
  const stream = new TextStream(file.open(), {
    compression,
    fileBytes,
    ...(encoding === undefined ? {} : { encoding }),
  });
  const chunks = stream[Symbol.asyncIterator]();
  return {
    chunks,
    get facts() {
      const { encoding: name, lineEnd } = stream.facts!;
      return { format, compression, encoding: name, lineEnd };
    },
    get receivedBytes() {
      return stream.receivedBytes;
    },
    get received() {
      return stream.received!;
    },
    close: async () => {
      await chunks.return(undefined);
    },
  };
}
