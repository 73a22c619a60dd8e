import { type FeaturePlan, READINGS } from '../../columns/file-kinds.ts';
import { KIND_NAMES } from '../../columns/kinds.ts';
import type { ColumnSample, ReadingContext, ReadingNote, Recognised } from '../../columns/reading.ts';

/** The kinds of a sample's columns. Each is determined once. */
export class KnownColumns {
  readonly context: ReadingContext;
  readonly #samples: readonly ColumnSample[];
  readonly #known: (Recognised<FeaturePlan> | undefined)[] = [];

  constructor(samples: readonly ColumnSample[], context: ReadingContext) {
    this.#samples = samples;
    this.context = context;
  }

  /** The first kind of READINGS that recognises a column. The last kind recognises every column. */
  recognised(column: number): Recognised<FeaturePlan> {
    this.#known[column] ??= recognise(this.#samples[column]!, this.context);
    return this.#known[column];
  }

  /** Why a column is not of a kind that it resembles; undefined when it resembles only its own. */
  nearMiss(column: number): ReadingNote | undefined {
    for (const kind of KIND_NAMES) {
      const note = READINGS[kind].nearMiss?.(this.#samples[column]!, this.context);
      if (note) return note;
    }
    return undefined;
  }
}

function recognise(sample: ColumnSample, context: ReadingContext): Recognised<FeaturePlan> {
  for (const reading of Object.values(READINGS)) {
    const found = reading.infer(sample, context);
    if (found) return found;
  }
  throw new Error('no kind of column recognises everything');
}
