/** Work that concurrent callers share: while work of a key is under way, whoever asks for it gets the same promise. Outcomes are not kept. */
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
