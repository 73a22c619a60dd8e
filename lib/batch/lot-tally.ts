import * as z from 'zod/mini';
import type { Model } from '../classifier/model.ts';
import { REQUESTS } from '../columns/kinds.ts';
import type { RawValue } from '../columns/storage.ts';
import type { AnsweredValues, BatchPredictor } from './batch-predictor.ts';
import { LabelScore, labelCounts } from './label-score.ts';
import { SampledRows, sampledRow, sampleSize, ticketOf } from './sampled-rows.ts';

const count = z.int().check(z.minimum(0));

/** What was counted in the rows of a lot, or of several lots put together. */
export const lotCounts = z.object({
  rows: count,
  blanks: count,
  bad: count,
  /** Rows by predicted class, in the order of the model's classes. */
  classes: z.array(count),
  /** Rows that are unlike all training rows. */
  novel: count,
  /** By feature: rows whose category training never saw. */
  unseen: z.array(count),
  /** null when the file has no column of the label's name. */
  labels: z.nullable(labelCounts),
  sample: z.array(sampledRow),
});

export type LotCounts = z.infer<typeof lotCounts>;

/** A text in a sample is only compared with categories, which the baseline holds; others may be very long. */
const MAX_TEXT = 256;

/** Counts what a batch's report says of its rows, one after the other or lot by lot. */
export class LotTally {
  readonly #model: Model;
  readonly #positions: ReadonlyMap<string, number>;
  readonly #classes: number[];
  readonly #unseen: number[];
  readonly #sample: SampledRows;
  readonly #score: LabelScore;
  #hasLabels = false;
  #novel = 0;
  #rows = 0;
  #blanks = 0;
  #bad = 0;

  constructor(model: Model) {
    const { classes } = model.meta;
    this.#model = model;
    this.#positions = new Map(classes.map((label, at) => [label, at]));
    this.#classes = classes.map(() => 0);
    this.#unseen = model.features.map(() => 0);
    this.#sample = new SampledRows(sampleSize(model.features.length));
    this.#score = new LabelScore(classes);
  }

  /** Counts one prediction. */
  add({ line, values, prediction: { prediction, confidence }, isNovel }: AnsweredValues): void {
    this.#classes[this.#positions.get(prediction)!]!++;
    if (isNovel) this.#novel++;
    for (const [at, feature] of this.#model.features.entries()) {
      const value = values[at]!;
      if (value !== null && REQUESTS[feature.type].isUnseen?.(value, feature)) this.#unseen[at]!++;
    }
    const ticket = ticketOf(line);
    if (!this.#sample.wants(ticket)) return;
    this.#sample.add({ ticket, line, values: values.map(shortText), prediction, confidence });
  }

  /** Adds what the predictor counted itself, at the end of its lot. */
  addTotals({ rows, blanks, bad, hasLabels, score }: BatchPredictor): void {
    this.#addRows({ rows, blanks, bad });
    if (!hasLabels) return;
    this.#hasLabels = true;
    this.#score.addCounts(score.counts);
  }

  /** Adds the counts of another lot of the same model. */
  addLot(lot: LotCounts): void {
    this.#addRows(lot);
    for (const [at, rows] of lot.classes.entries()) this.#classes[at]! += rows;
    for (const [at, rows] of lot.unseen.entries()) this.#unseen[at]! += rows;
    this.#novel += lot.novel;
    for (const row of lot.sample) this.#sample.add(row);
    if (!lot.labels) return;
    this.#hasLabels = true;
    this.#score.addCounts(lot.labels);
  }

  #addRows({ rows, blanks, bad }: Pick<LotCounts, 'rows' | 'blanks' | 'bad'>): void {
    this.#rows += rows;
    this.#blanks += blanks;
    this.#bad += bad;
  }

  get score(): LabelScore | undefined {
    return this.#hasLabels ? this.#score : undefined;
  }

  get counts(): LotCounts {
    return {
      rows: this.#rows,
      blanks: this.#blanks,
      bad: this.#bad,
      classes: this.#classes,
      novel: this.#novel,
      unseen: this.#unseen,
      labels: this.#hasLabels ? this.#score.counts : null,
      sample: [...this.#sample.rows],
    };
  }
}

const shortText = (value: RawValue) => (typeof value === 'string' ? value.slice(0, MAX_TEXT) : value);
