/*
 * The format of a prediction's id: `<milliseconds since the epoch, 12 hexadecimal digits><80 random bits, 20
 * digits>`. The time gives the hour of its record, so that a label that comes a month later is joined without
 * a search. The id of a prediction that was not logged ends in `-unlogged`. The instances of a batch share
 * its id and append their position from 0: `<id>.17`.
 */

const UNLOGGED = '-unlogged';

/** The pattern of an id, with or without a position. */
export const PREDICTION_ID = new RegExp(
  `^([0-9a-f]{12})[0-9a-f]{20}(${UNLOGGED})?(?:\\.(?:0|[1-9]\\d{0,3}))?$`,
);

/** The facts that an id contains. */
export interface PredictionIdFacts {
  /** The time of the prediction, in milliseconds since the epoch. */
  readonly timeMs: number;
  readonly isLogged: boolean;
}

/**
 * The id of a request's prediction or batch.
 *
 * @param timeMs milliseconds since the epoch
 * @param random 20 hexadecimal digits
 */
export function predictionId(timeMs: number, random: string, isLogged: boolean): string {
  // In two parts, because converting a number of 32 bits or more to digits is several times slower.
  const low = timeMs % 2 ** 24;
  const high = (timeMs - low) / 2 ** 24;
  const time = (high + 2 ** 24).toString(16).slice(1) + (low + 2 ** 24).toString(16).slice(1);
  return isLogged ? time + random : time + random + UNLOGGED;
}

/** The id of one instance of a batch, counted from 0. */
export const instanceId = (batchId: string, index: number) => `${batchId}.${index}`;

/** Reads an id. Returns undefined for a text that is not an id. */
export function readPredictionId(id: string): PredictionIdFacts | undefined {
  const match = PREDICTION_ID.exec(id);
  return match ? { timeMs: Number.parseInt(match[1]!, 16), isLogged: match[2] === undefined } : undefined;
}
