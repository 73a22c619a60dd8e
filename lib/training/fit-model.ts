import { type Calibration, learnCalibration } from '../classifier/calibration.ts';
import { givesScores } from '../classifier/coordinate-map.ts';
import { encodeFeatures } from '../classifier/encode-columns.ts';
import type { Encoder } from '../classifier/encoder.ts';
import { landmarkDistance, squaredDistances } from '../classifier/landmark-scores.ts';
import { EncoderLearner } from '../classifier/learn-encoder.ts';
import type { FittedModel } from '../classifier/model.ts';
import { learnNovelty, meanDistance, type NoveltyScale } from '../classifier/novelty.ts';
import { rawColumns } from '../classifier/raw-rows.ts';
import { RowSearches } from '../classifier/row-searches.ts';
import { chooseIndex, type NeighbourSearch, openIndex } from '../classifier/search/neighbour-index.ts';
import { takeRows } from '../columns/column-rows.ts';
import type { Candidate } from './candidates.ts';
import type { UnseenAnswers } from './cross-validation.ts';
import type { LabelledRows, TrainingData } from './training-data.ts';

/** A class with at least this many answers has its own calibration. */
const CLASS_ANSWERS = 100;
/** Evenly spaced rows whose distance to their neighbours gives the novelty scale. */
export const NOVELTY_ROWS = 1000;

export interface FitOptions {
  readonly chosen: Candidate;
  /** The answers that the confidence is learnt from. */
  readonly unseen: UnseenAnswers;
  readonly lineage: FittedModel['meta']['lineage'];
  /** As in LearningColumn; the usual number when left out. */
  readonly maxIndicators?: number;
}

/** A fitted model, and a search over its rows that is made for many queries. */
export interface Fit {
  readonly model: FittedModel;
  readonly search: NeighbourSearch;
}

/** Fits a model with the chosen setting on the given rows of the data. */
export const fitModel = (data: TrainingData, rows: LabelledRows, options: FitOptions): FittedModel =>
  fitWithSearch(data, rows, options).model;

/** The same, with the search that was needed for it. */
export function fitWithSearch(
  { classes, label, missingTokens, ignored = [], asking = [] }: TrainingData,
  rows: LabelledRows,
  { chosen, unseen, lineage, maxIndicators }: FitOptions,
): Fit {
  const { recipe, metric, neighbours, votes } = chosen;
  const learner = new EncoderLearner(rows.columns, rows.labels, classes.length, maxIndicators);
  const { encoder, points } = learner.learnRows(recipe);
  const { data: index } = chooseIndex(points, encoder.dimension, metric);
  const search = new RowSearches(encoder, points, neighbours).open(metric, () => openIndex(index));
  const model: FittedModel = {
    meta: {
      label,
      classes: [...classes],
      missing_tokens: [...missingTokens],
      ...(ignored.length > 0 ? { ignored: [...ignored] } : {}),
      recipe,
      neighbours,
      votes,
      confidence: learnConfidence(unseen, classes.length),
      novelty: noveltyOfRows(encoder, rows, { points, search, neighbours }),
      lineage,
    },
    encoder: {
      ...encoder.data,
      features: encoder.features.map((code, i) => ({ ...code, ...asking[i] })),
    },
    index,
    labels: rows.labels,
    raw: rawColumns(rows.columns),
  };
  return { model, search };
}

function learnConfidence({ predicted, shares, truth }: UnseenAnswers, classCount: number) {
  const calibrate = (rows: Int32Array): Calibration =>
    learnCalibration(
      Float64Array.from(rows, (row) => shares[row]!),
      Array.from(rows, (row) => predicted[row] === truth[row]),
    );
  const all = Int32Array.from(predicted, (_, row) => row);
  const byClass = Array.from({ length: classCount }, (_, label) => {
    const own = all.filter((row) => predicted[row] === label);
    return own.length < CLASS_ANSWERS ? null : calibrate(own);
  });
  return { pooled: calibrate(all), by_class: byClass };
}

function noveltyOfRows(
  encoder: Encoder,
  { columns }: LabelledRows,
  { points, search, neighbours }: { points: Float64Array; search: NeighbourSearch; neighbours: number },
): NoveltyScale {
  const { rows, dimension } = search;
  const count = Math.min(NOVELTY_ROWS, rows);
  const some = Int32Array.from({ length: count }, (_, i) => Math.floor((i * rows) / count));
  const { map } = encoder.data;
  if (givesScores(map)) {
    const plain = encodeFeatures(encoder, takeRows(columns, some));
    return learnNovelty(
      Float64Array.from(some, (row, i) => {
        const squared = squaredDistances(map, plain.subarray(i * map.from, (i + 1) * map.from));
        return landmarkDistance(squared, map.rows.indexOf(row));
      }),
    );
  }
  return learnNovelty(
    Float64Array.from(some, (row) => {
      const near = search.nearest(points.subarray(row * dimension, (row + 1) * dimension), neighbours, row);
      return meanDistance(near.distances, near.distances.length);
    }),
  );
}
