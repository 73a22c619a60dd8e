/** A file that can be read again, whole or in part. */
export interface FileSource {
  /** Its name, or its object's key. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Its bytes from `from` up to, not including, `to`; a chunk is good until the next is asked for. */
  open(from?: number, to?: number): AsyncIterable<Uint8Array>;
}
