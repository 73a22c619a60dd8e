/**
 * Decides when to retry: after a pause that doubles with every failure in a row. Times are in milliseconds
 * since the epoch.
 */
export class Backoff {
  readonly #firstMs: number;
  readonly #longestMs: number;
  #failures = 0;
  #untilMs = 0;

  constructor(firstMs: number, longestMs: number) {
    this.#firstMs = firstMs;
    this.#longestMs = longestMs;
  }

  fail(nowMs: number): void {
    this.#untilMs = nowMs + Math.min(this.#longestMs, this.#firstMs * 2 ** this.#failures);
    this.#failures += 1;
  }

  succeed(): void {
    this.#failures = 0;
    this.#untilMs = 0;
  }

  isPausing(nowMs: number): boolean {
    return nowMs < this.#untilMs;
  }
}
