/** Where a stream of bytes goes. */
export interface ByteSink {
  /** A returned promise asks the writer to wait: it is how a slow receiver keeps memory bounded. */
  write(chunk: Uint8Array): void | Promise<void>;
  /**
   * True when the sink needs a chunk no longer than until `write` has resolved: its memory is used again. Otherwise a chunk that was
   * handed over is never changed afterwards.
   */
  readonly isDoneAfterWrite?: boolean;
}
