import { fileFormat } from './file-format.ts';
import type { FileSource } from './file-source.ts';
import { ParquetText } from './parquet-text.ts';
import type { Received, Sha256 } from './received-bytes.ts';
import { tabsForSpaceRuns } from './space-runs.ts';
import { TextStream } from './text-stream.ts';

/** The contract's rules about a file's bytes. */
export interface TextRules {
  readonly encoding?: string | undefined;
  readonly delimiter?: string | undefined;
  readonly quote?: string | undefined;
  readonly fileBytes: number;
  /** Hashes the bytes of a text file as received; by default here. */
  readonly sha256?: Sha256 | undefined;
}

/** Text of a file of any format: UTF-8 that a grammar splits into records. */
export interface TextSource {
  /** Can be read once, from the first to the last. */
  readonly chunks: AsyncIterator<Uint8Array>;
  /** Facts about the bytes, available once the first chunk has arrived. */
  readonly facts: TextFacts;
  /** Bytes received so far. */
  readonly receivedBytes: number;
  /** Size and hash of the bytes as received. Call this once, when the text has ended. */
  received(): Promise<Received>;
  /** Closes the source, wherever the reading ended. */
  close(): Promise<void>;
}

export interface TextFacts {
  readonly format: 'csv' | 'parquet';
  readonly compression: 'gzip' | null;
  readonly encoding: string;
  readonly hasByteOrderMark: boolean;
  /** Set where the bytes show how their lines end; undefined where the text shows it. */
  readonly lineEnd: 'cr' | 'crcrlf' | undefined;
}

/** Files that are read as one: they put their texts together themselves. */
export interface JoinedFiles {
  openText(rules: TextRules): TextSource;
}

/** Opens a file in the format that its name suggests. */
export function openText(file: FileSource | JoinedFiles, rules: TextRules): TextSource {
  if ('openText' in file) return file.openText(rules);
  const { format, compression } = fileFormat(file.name);
  return format === 'parquet' ? parquetSource(file, rules) : csvSource(file, compression, rules);
}

function csvSource(
  file: FileSource,
  compression: 'gzip' | null,
  { encoding, delimiter, quote = '"', fileBytes, sha256 }: TextRules,
): TextSource {
  const stream = new TextStream(file.open(), {
    compression,
    fileBytes,
    sha256,
    ...(encoding === undefined ? {} : { encoding }),
  });
  const text = stream[Symbol.asyncIterator]();
  const chunks = delimiter === ' ' ? tabsForSpaceRuns(text, quote.charCodeAt(0)) : text;
  return {
    ...ended(chunks),
    get facts(): TextFacts {
      const { encoding: name, hasByteOrderMark, lineEnd } = stream.facts!;
      return { format: 'csv', compression, encoding: name, hasByteOrderMark, lineEnd };
    },
    get receivedBytes() {
      return stream.receivedBytes;
    },
    received: () => stream.received(),
  };
}

function parquetSource(file: FileSource, { fileBytes }: TextRules): TextSource {
  const stream = new ParquetText(file, { fileBytes });
  return {
    ...ended(stream[Symbol.asyncIterator]()),
    facts: {
      format: 'parquet',
      compression: null,
      encoding: 'utf-8',
      hasByteOrderMark: false,
      lineEnd: undefined,
    },
    get receivedBytes() {
      return stream.received?.sizeBytes ?? 0;
    },
    received: async () => stream.received!,
  };
}

const ended = (chunks: AsyncGenerator<Uint8Array>) => ({
  chunks,
  close: async () => {
    await chunks.return(undefined);
  },
});
