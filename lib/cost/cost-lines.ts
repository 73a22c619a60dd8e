import type { Price } from './prices.ts';

/** One item of a bill: a number of units at a price. */
export interface CostLine {
  readonly what: string;
  readonly units: number;
  readonly price: Price;
}

export const line = (what: string, units: number, price: Price): CostLine => ({ what, units, price });

/** The sum of all lines in US dollars. */
export const totalUsd = (lines: readonly CostLine[]): number =>
  lines.reduce((sum, { units, price }) => sum + units * price.usd, 0);

export const gigabyteSeconds = (memoryMb: number, seconds: number) => (memoryMb / 1024) * seconds;

/**
 * The log bytes of a prediction: the metrics, as `npm run bench -- emission` measures them; one prediction in
 * ten, without features; Lambda's own START, END and REPORT; the API's access log.
 */
export const PREDICTION_LOG_BYTES = 976 + 200 / 10 + 350 + 320;
