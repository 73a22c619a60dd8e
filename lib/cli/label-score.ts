import { ClassTally } from '../training/evaluation.ts';

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

  get accuracy(): number {
    return this.rows === 0 ? 0 : this.#tally.hits.reduce((sum, hits) => sum + hits, 0) / this.rows;
  }

  get macroF1(): number {
    return this.#tally.macroF1();
  }
}
