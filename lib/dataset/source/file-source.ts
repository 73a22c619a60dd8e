/** A file that can be read again, in whole or in part. */
export interface FileSource {
  /** File name or object key. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Reads the bytes from `from` up to, not including, `to`. A chunk is valid until the next is requested. */
  open(from?: number, to?: number): AsyncIterable<Uint8Array>;
}
