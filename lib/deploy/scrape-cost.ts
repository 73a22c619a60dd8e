import { PRICES } from '../cost/prices.ts';

const DAY_SECONDS = 86_400;
/** Each settled hour of a day, and the day itself, is read once. */
const SETTLED_READS_PER_DAY = 24 + 1;

/**
 * The highest CloudWatch cost in 30 days of an exporter that is scraped all the time, in US dollars. Each
 * refresh asks for every series once, however often it is scraped; so does every settled hour and day.
 *
 * @param series number of series in the exposition
 */
export function monthlyScrapeDollars(series: number, refreshSeconds: number): number {
  const readsPerDay = DAY_SECONDS / refreshSeconds + SETTLED_READS_PER_DAY;
  return 30 * readsPerDay * series * PRICES.metricRead.usd;
}
