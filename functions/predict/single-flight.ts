/**
 * Shares work between concurrent callers: while work for a key is in progress, every caller gets the same
 * promise. Results are not kept.
 */
export class SingleFlight<T> {
  readonly #underWay = new Map<string, Promise<T>>();

  run(key: string, start: () => Promise<T>): Promise<T> {
    const joined = this.#underWay.get(key);
    if (joined) return joined;
    const flight = start().finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, flight);
    return flight;
  }
}
