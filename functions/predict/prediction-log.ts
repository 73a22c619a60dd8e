import { randomBytes } from 'node:crypto';
import type { Prediction } from '../../lib/classifier/model.ts';
import type { RawValue } from '../../lib/columns/storage.ts';
import { LONGEST_CATEGORY } from '../../lib/columns/texts-baseline.ts';
import { instanceId, predictionId } from '../../lib/drift/prediction-id.ts';
import type { PredictionRecord } from '../../lib/drift/prediction-record.ts';
import type { PREDICTION_ID_HEADERS } from '../../lib/http/schemas/predict-api.ts';
import type { VersionFacts } from './model-source.ts';

/** Every prediction has this header. */
export const PREDICTION_ID_HEADER: keyof typeof PREDICTION_ID_HEADERS = 'x-prediction-id';

export interface PredictionLogOptions {
  /** The share of the requests that are logged, in [0, 1]. */
  readonly sampleRate: number;
  readonly logsFeatures: boolean;
  /** Writes whole lines. */
  readonly write: (lines: string) => void;
  /** In [0, 1). */
  readonly random: () => number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Called with each prediction of a request and its input values. */
export type TakePrediction = (
  values: readonly RawValue[],
  prediction: Prediction,
  index: number | undefined,
) => void;

/** One request's part of the log. */
export interface LoggedRequest {
  /** The value of the id header. */
  readonly id: string;
  /** Undefined when the request is not logged: then there is nothing to gather. */
  readonly take: TakePrediction | undefined;
  /** Call this when the answer is ready: a failed request made no prediction. */
  write(facts: VersionFacts): void;
}

/** The number of random hexadecimal digits in an id. */
const RANDOM_DIGITS = 20;
/**
 * Random bytes are drawn for this many ids at once. A draw for each id would cost a tenth of a prediction.
 */
const IDS_PER_DRAW = 100;

/**
 * A line must stay below 256 KB, where Lambda cuts it. A code unit takes at most 3 bytes, and an escape 6.
 */
const MAX_LINE_LENGTH = 40_000;

/**
 * Decides which requests are logged, and writes a line for each of their predictions. It draws whole requests
 * at random. So one flag in the id tells whether labels can find the instances of a batch, and the sample has
 * no bias by caller, time of day or kind of input.
 */
export class PredictionLog {
  readonly #options: PredictionLogOptions;
  #digits = '';
  #usedDigits = 0;

  constructor(options: PredictionLogOptions) {
    this.#options = options;
  }

  begin(): LoggedRequest {
    const { now, random, sampleRate } = this.#options;
    const timeMs = now();
    const isLogged = random() < sampleRate;
    const id = predictionId(timeMs, this.#randomDigits(), isLogged);
    return isLogged ? this.#logged(id, timeMs) : { id, take: undefined, write: () => undefined };
  }

  #randomDigits(): string {
    if (this.#usedDigits === this.#digits.length) {
      this.#digits = randomBytes((IDS_PER_DRAW * RANDOM_DIGITS) / 2).toString('hex');
      this.#usedDigits = 0;
    }
    this.#usedDigits += RANDOM_DIGITS;
    return this.#digits.slice(this.#usedDigits - RANDOM_DIGITS, this.#usedDigits);
  }

  #logged(id: string, timeMs: number): LoggedRequest {
    const taken: Parameters<TakePrediction>[] = [];
    return {
      id,
      take: (...prediction) => taken.push(prediction),
      write: ({ model, version }) => {
        const shared = { model, version, time: new Date(timeMs).toISOString() };
        this.#options.write(taken.map((prediction) => this.#line(id, shared, prediction)).join(''));
      },
    };
  }

  #line(
    id: string,
    { time, model, version }: Pick<PredictionRecord, 'time' | 'model' | 'version'>,
    [values, { prediction, confidence }, index]: Parameters<TakePrediction>,
  ): string {
    const record: PredictionRecord = {
      prediction_log: 1,
      prediction_id: index === undefined ? id : instanceId(id, index),
      time,
      model,
      version,
      prediction,
      confidence,
    };
    if (this.#options.logsFeatures) {
      const line = `${JSON.stringify({ ...record, features: values.map(loggedValue) })}\n`;
      if (line.length <= MAX_LINE_LENGTH) return line;
    }
    return `${JSON.stringify(record)}\n`;
  }
}

/** A text longer than any category of a baseline counts as another category, so its rest does not matter. */
const loggedValue = (value: RawValue): RawValue =>
  typeof value === 'string' && value.length > LONGEST_CATEGORY ? value.slice(0, LONGEST_CATEGORY + 1) : value;
