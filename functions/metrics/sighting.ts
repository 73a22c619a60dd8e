import { isFresh, type Moment } from '../../lib/freshness.ts';

/** Tells for how long this instance has seen a shared number unchanged, by its own clocks. */
export class Sighting {
  #seen: { readonly number: number; readonly at: Moment } | undefined;

  /** Whether the number was the same when it was seen so many milliseconds ago. */
  isUnchanged(number: number, now: Moment, ms: number): boolean {
    if (this.#seen?.number !== number) this.#seen = { number, at: now };
    return !isFresh(this.#seen.at, now, ms);
  }
}
