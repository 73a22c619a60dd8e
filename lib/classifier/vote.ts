/** What the neighbours of one query say. */
export interface Vote {
  /** Index into the model's classes. */
  readonly winner: number;
  /** The winner's share of all votes, in (0, 1]. */
  readonly share: number;
}

/**
 * A buffer for counting votes, made once per model so that a prediction allocates nothing for it.
 * `neighbourLabels` are class indices, `distances` the true distances; both nearest first.
 */
export class VoteCounter {
  readonly #counts: Float64Array;
  readonly #distanceSums: Float64Array;

  constructor(classCount: number) {
    this.#counts = new Float64Array(classCount);
    this.#distanceSums = new Float64Array(classCount);
  }

  /**
   * One vote per neighbour. Ties go to the class with the smaller summed distance, then to the smaller class index,
   * which is the smaller label by code units: a total order, so that equal input gives an equal answer anywhere.
   *
   * @param count how many neighbours take part: the first `count`, at least 1.
   */
  count(neighbourLabels: ArrayLike<number>, distances: ArrayLike<number>, count: number): Vote {
    this.#counts.fill(0);
    this.#distanceSums.fill(0);
    for (let i = 0; i < count; i++) {
      const label = neighbourLabels[i]!;
      this.#counts[label]! += 1;
      this.#distanceSums[label]! += distances[i]!;
    }
    let winner = 0;
    for (let label = 1; label < this.#counts.length; label++) if (this.#beats(label, winner)) winner = label;
    return { winner, share: this.#counts[winner]! / count };
  }

  #beats(label: number, other: number): boolean {
    const difference = this.#counts[label]! - this.#counts[other]!;
    if (difference !== 0) return difference > 0;
    return this.#counts[label]! > 0 && this.#distanceSums[label]! < this.#distanceSums[other]!;
  }
}
