import type { Terminal } from '../terminal.ts';

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
 * @param terminal usually standard error, so that standard output holds only data
 */
export function createProgressBar(terminal: Terminal, nowMs: () => number): ProgressBar {
  if (!terminal.isInteractive) return { update: () => undefined, clear: () => undefined };
  let drawnAtMs = Number.NEGATIVE_INFINITY;
  return {
    update(done, total, note) {
      if (nowMs() - drawnAtMs < REDRAW_MS) return;
      drawnAtMs = nowMs();
      const share = total === 0 ? 1 : Math.min(1, done / total);
      const filled = Math.round(share * WIDTH);
      const bar = '#'.repeat(filled) + '-'.repeat(WIDTH - filled);
      terminal.redraw(`[${bar}] ${String(Math.floor(share * 100)).padStart(3)}% ${note}`);
    },
    clear() {
      if (drawnAtMs > Number.NEGATIVE_INFINITY) terminal.eraseLine();
    },
  };
}
