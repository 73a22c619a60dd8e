/** Where a stream of bytes goes. A chunk that was handed over is never changed afterwards. */
export interface ByteSink {
  /** A returned promise asks the writer to wait: it is how a slow receiver keeps memory bounded. */
  write(chunk: Uint8Array): void | Promise<void>;
}
