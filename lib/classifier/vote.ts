import * as z from 'zod/mini';

/** The weight of each neighbour's vote: equal for all, or larger for nearer neighbours. */
export const VOTE_WEIGHTS = ['uniform', 'distance'] as const;
export type VoteWeights = (typeof VOTE_WEIGHTS)[number];

/** The rule that turns the nearest rows into an answer. */
export const voteRule = z.strictObject({
  weights: z.enum(VOTE_WEIGHTS),
  /**
   * A class's votes are divided by its share of the training rows to this power. 0 leaves the votes as they
   * are.
   */
  balance: z.literal([0, 0.5, 1]),
});

export type VoteRule = z.infer<typeof voteRule>;

/** Counts the votes of neighbours, nearest first, in buffers that are allocated once. */
export class VoteTally {
  readonly #uniform: Float64Array;
  readonly #weighted: Float64Array;
  readonly #distances: Float64Array;
  /** The classes that have votes, in order of appearance. */
  readonly #classes: Int32Array;
  #classCount = 0;
  #votes = 0;
  #nearest = 0;

  constructor(classCount: number) {
    this.#uniform = new Float64Array(classCount);
    this.#weighted = new Float64Array(classCount);
    this.#distances = new Float64Array(classCount);
    this.#classes = new Int32Array(classCount);
  }

  reset(): void {
    for (let i = 0; i < this.#classCount; i++) {
      const label = this.#classes[i]!;
      this.#uniform[label] = 0;
      this.#weighted[label] = 0;
      this.#distances[label] = 0;
    }
    this.#classCount = 0;
    this.#votes = 0;
  }

  /**
   * Adds the vote of the next neighbour.
   *
   * With `distance`, its weight is the nearest neighbour's distance divided by its own. This is 1 / distance
   * in a unit that cannot overflow. When neighbours coincide with the query, only they vote, as in
   * scikit-learn.
   */
  add(label: number, distance: number): void {
    if (this.#votes === 0) this.#nearest = distance;
    if (this.#uniform[label] === 0) this.#classes[this.#classCount++] = label;
    this.#votes++;
    this.#uniform[label]! += 1;
    this.#weighted[label]! += this.#weightOf(distance);
    this.#distances[label]! += distance;
  }

  #weightOf(distance: number): number {
    if (distance === 0) return 1;
    return this.#nearest / distance;
  }

  /**
   * The class with the most votes. Ties go to the class with the smaller summed distance, then to the smaller
   * class index, which is the smaller label by code units. The order is total, so that equal input gives an
   * equal answer everywhere.
   *
   * @param factors the positive factor of each class's votes
   */
  winner(weights: VoteWeights, factors: Float64Array): number {
    const votes = this.#of(weights);
    let winner = this.#classes[0]!;
    for (let i = 1; i < this.#classCount; i++) {
      const label = this.#classes[i]!;
      const difference = votes[label]! * factors[label]! - votes[winner]! * factors[winner]!;
      const closer = this.#distances[label]! - this.#distances[winner]!;
      if (difference > 0 || (difference === 0 && (closer < 0 || (closer === 0 && label < winner))))
        winner = label;
    }
    return winner;
  }

  /** A class's share of all votes, in [0, 1]. */
  share(label: number, weights: VoteWeights, factors: Float64Array): number {
    const votes = this.#of(weights);
    let total = 0;
    for (let i = 0; i < this.#classCount; i++) {
      const each = this.#classes[i]!;
      total += votes[each]! * factors[each]!;
    }
    return (votes[label]! * factors[label]!) / total;
  }

  #of(weights: VoteWeights): Float64Array {
    return weights === 'uniform' ? this.#uniform : this.#weighted;
  }
}

/**
 * The factor of each class's votes under a rule: 1 / share^balance. It uses only roots, because their bits
 * are the same on every machine.
 */
export function classFactors(counts: ArrayLike<number>, balance: VoteRule['balance']): Float64Array {
  const total = Array.from(counts).reduce((sum, count) => sum + count, 0);
  return Float64Array.from(counts, (count) => {
    if (count === 0 || balance === 0) return 1;
    return balance === 1 ? total / count : Math.sqrt(total / count);
  });
}
