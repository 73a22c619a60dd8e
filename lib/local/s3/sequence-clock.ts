const COUNTER_BITS = 16n;

/**
 * Numbers every change with 16 hexadecimal digits that only grow: milliseconds since 1970 in the upper 48
 * bits, a counter in the lower 16. It starts above the last number of the previous run, so that neither a
 * clock that is set back nor a restart within a millisecond swaps two changes.
 */
export class SequenceClock {
  readonly #now: () => number;
  #last: bigint;

  constructor(now: () => number, lastSequence: string | undefined) {
    this.#now = now;
    this.#last = lastSequence === undefined ? 0n : BigInt(`0x${lastSequence}`);
  }

  /** The next number, and its time. */
  next(): { sequence: string; atMs: number } {
    const atMs = this.#now();
    const fromClock = BigInt(Math.trunc(atMs)) << COUNTER_BITS;
    this.#last = fromClock > this.#last ? fromClock : this.#last + 1n;
    return { sequence: this.#last.toString(16).padStart(16, '0'), atMs };
  }
}
