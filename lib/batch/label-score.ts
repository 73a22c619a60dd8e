import * as z from 'zod/mini';
import { ClassTally } from '../training/evaluation.ts';

const counts = z.array(z.int());

/** By class, in the order of the model's classes; the last for labels that are none of them. */
export const labelCounts = z.object({
  rows: z.int(),
  unknown: z.int(),
  hits: counts,
  support: counts,
  claimed: counts,
});

export type LabelCounts = z.infer<typeof labelCounts>;

/**
 * Compares predictions with the labels in the file, such as a test set has. Its memory does not grow with the
 * number of rows.
 */
export class LabelScore {
  /** Rows whose label is none of the model's classes: no prediction can be right for them. */
  unknown = 0;
  rows = 0;
  readonly #positions: ReadonlyMap<string, number>;
  readonly #tally: ClassTally;

  constructor(classes: readonly string[]) {
    this.#positions = new Map(classes.map((label, at) => [label, at]));
    // All unknown labels together count as one more class.
    this.#tally = new ClassTally(classes.length + 1);
  }

  add(truth: string, prediction: string): void {
    const position = this.#positions.get(truth);
    if (position === undefined) this.unknown++;
    this.rows++;
    this.#tally.add(position ?? this.#positions.size, this.#positions.get(prediction)!);
  }

  /** The counts, so that those of the parts of a file can be put together. */
  get counts(): LabelCounts {
    const { hits, support, claimed } = this.#tally;
    return {
      rows: this.rows,
      unknown: this.unknown,
      hits: [...hits],
      support: [...support],
      claimed: [...claimed],
    };
  }

  addCounts({ rows, unknown, hits, support, claimed }: LabelCounts): void {
    this.rows += rows;
    this.unknown += unknown;
    for (let label = 0; label < hits.length; label++) {
      this.#tally.hits[label]! += hits[label]!;
      this.#tally.support[label]! += support[label]!;
      this.#tally.claimed[label]! += claimed[label]!;
    }
  }

  get accuracy(): number {
    return this.rows === 0 ? 0 : this.#tally.hits.reduce((sum, hits) => sum + hits, 0) / this.rows;
  }

  get macroF1(): number {
    return this.#tally.macroF1();
  }
}
