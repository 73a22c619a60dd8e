import { isFresh, type Moment } from '../../lib/freshness.ts';

/** Decides when to retry: after a pause that doubles with every failure in a row. */
export class Backoff {
  readonly #firstMs: number;
  readonly #longestMs: number;
  #failures = 0;
  #failedAt: Moment | undefined;

  constructor(firstMs: number, longestMs: number) {
    this.#firstMs = firstMs;
    this.#longestMs = longestMs;
  }

  fail(now: Moment): void {
    this.#failedAt = now;
    this.#failures += 1;
  }

  succeed(): void {
    this.#failures = 0;
    this.#failedAt = undefined;
  }

  isPausing(now: Moment): boolean {
    if (!this.#failedAt) return false;
    const pauseMs = Math.min(this.#longestMs, this.#firstMs * 2 ** (this.#failures - 1));
    return isFresh(this.#failedAt, now, pauseMs);
  }
}
