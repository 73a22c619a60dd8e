import { randomBytes } from 'node:crypto';
import type { Prediction } from '../../lib/classifier/model.ts';
import type { RawValue } from '../../lib/columns/storage.ts';
import { LONGEST_CATEGORY } from '../../lib/columns/texts-baseline.ts';
import { instanceId, predictionId } from '../../lib/drift/prediction-id.ts';
import type { PredictionRecord } from '../../lib/drift/prediction-record.ts';
import type { PREDICTION_ID_HEADERS } from '../../lib/http/schemas/predict-api.ts';
import type { VersionFacts } from './model-source.ts';

/** Of every prediction. */
export const PREDICTION_ID_HEADER: keyof typeof PREDICTION_ID_HEADERS = 'x-prediction-id';

export interface PredictionLogOptions {
  /** The share of the requests that are logged, in [0, 1]. */
  readonly sampleRate: number;
  readonly logsFeatures: boolean;
  /** Takes whole lines. */
  readonly write: (lines: string) => void;
  /** In [0, 1). */
  readonly random: () => number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Takes each prediction of a request, with the values that it was made for. */
export type TakePrediction = (
  values: readonly RawValue[],
  prediction: Prediction,
  index: number | undefined,
) => void;

/** One request's part of the log. */
export interface LoggedRequest {
  /** For the header. */
  readonly id: string;
  /** Undefined where the request is not logged: then nothing is to be gathered either. */
  readonly take: TakePrediction | undefined;
  /** To be called when the answer is made: a request that fails made no prediction. */
  write(facts: VersionFacts): void;
}

/** Of an id, hexadecimal. */
const RANDOM_DIGITS = 20;
/** Random bytes are drawn for so many ids at a time: to draw them for each costs as much as a tenth of a prediction. */
const IDS_PER_DRAW = 100;

/** A line must stay below the 256 KB at which Lambda cuts it: a code unit takes 3 bytes at most, and an escape 6 for one. */
const MAX_LINE_LENGTH = 40_000;

/**
 * Decides which requests are logged, and writes a line for each of their predictions. Whole requests are drawn, at random: so one flag
 * in the id tells of all instances of a batch whether a label will find them, and no caller, time of day or kind of input is left out.
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

/** What is longer than any category that a baseline names counts as another one, however it goes on. */
const loggedValue = (value: RawValue): RawValue =>
  typeof value === 'string' && value.length > LONGEST_CATEGORY ? value.slice(0, LONGEST_CATEGORY + 1) : value;
