/** The destination of a stream of bytes. */
export interface ByteSink {
  /** A returned promise asks the writer to wait. This is how a slow receiver keeps memory bounded. */
  write(chunk: Uint8Array): void | Promise<void>;
  /**
   * True when the sink no longer needs a chunk after `write` has resolved, so the writer may use its memory
   * again. Otherwise the writer never changes a chunk that it has passed.
   */
  readonly isDoneAfterWrite?: boolean;
}
