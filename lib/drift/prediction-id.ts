/*
 * What a prediction is called: `<milliseconds since the epoch, 12 hexadecimal digits><80 random bits, 20 digits>`. The time says in which
 * hour its record lies, so that a label that comes a month later is joined without a search. An id that was not logged says so itself:
 * `...-unlogged`. The instances of a batch share its id, with their position from 0 behind it: `<id>.17`.
 */

const UNLOGGED = '-unlogged';

/** What an id looks like, with or without a position. */
export const PREDICTION_ID = new RegExp(
  `^([0-9a-f]{12})[0-9a-f]{20}(${UNLOGGED})?(?:\\.(?:0|[1-9]\\d{0,3}))?$`,
);

/** What an id tells of its prediction. */
export interface PredictionIdFacts {
  /** When it was made, in milliseconds since the epoch. */
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
  // In two parts: the digits of a number of 32 bits or more are worked out several times more slowly.
  const low = timeMs % 2 ** 24;
  const high = (timeMs - low) / 2 ** 24;
  const time = (high + 2 ** 24).toString(16).slice(1) + (low + 2 ** 24).toString(16).slice(1);
  return isLogged ? time + random : time + random + UNLOGGED;
}

/** The id of one instance of a batch, counted from 0. */
export const instanceId = (batchId: string, index: number) => `${batchId}.${index}`;

/** What an id tells; undefined for a text that is none. */
export function readPredictionId(id: string): PredictionIdFacts | undefined {
  const match = PREDICTION_ID.exec(id);
  return match ? { timeMs: Number.parseInt(match[1]!, 16), isLogged: match[2] === undefined } : undefined;
}
