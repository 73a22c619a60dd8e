/** A file that can be opened more than once: as a whole, or a range of it. */
export interface FileSource {
  /** Its name says its format: `.csv`, `.csv.gz`, `.parquet`. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Its bytes [from, to), in chunks; all of them when nothing is given. */
  open(from?: number, to?: number): AsyncIterable<Uint8Array>;
}
