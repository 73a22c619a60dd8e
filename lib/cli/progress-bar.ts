/** A progress line that redraws itself on a terminal; it draws nothing elsewhere. */
export interface ProgressBar {
  /** @param done in the same unit as `total`, such as bytes */
  update(done: number, total: number, note: string): void;
  clear(): void;
}

const WIDTH = 30;
const REDRAW_MS = 100;

/**
 * Draws on a terminal, at most ten times a second.
 *
 * @param stream usually standard error, so that standard output holds only data
 */
export function createProgressBar(
  stream: { readonly isTTY?: boolean; write(text: string): unknown },
  nowMs: () => number,
): ProgressBar {
  if (stream.isTTY !== true) return { update: () => undefined, clear: () => undefined };
  let drawnAtMs = Number.NEGATIVE_INFINITY;
  return {
    update(done, total, note) {
      if (nowMs() - drawnAtMs < REDRAW_MS) return;
      drawnAtMs = nowMs();
      const share = total === 0 ? 1 : Math.min(1, done / total);
      const filled = Math.round(share * WIDTH);
      const bar = '#'.repeat(filled) + '-'.repeat(WIDTH - filled);
      stream.write(`\r[${bar}] ${String(Math.floor(share * 100)).padStart(3)}% ${note}\u001b[K`);
    },
    clear() {
      if (drawnAtMs > Number.NEGATIVE_INFINITY) stream.write('\r\u001b[K');
    },
  };
}
