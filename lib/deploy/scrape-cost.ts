import { PRICES } from './prices.ts';

const DAY_SECONDS = 86_400;
/** The hours that settle in a day, and the day itself, are read once each. */
const SETTLED_READS_A_DAY = 24 + 1;

/**
 * The most that an exporter which is scraped all the time pays CloudWatch in 30 days, in US dollars: a refresh asks for every series
 * once, whoever scrapes it how often, and every settled hour and day does once more.
 *
 * @param series how many series the exposition is made of
 */
export function monthlyScrapeDollars(series: number, refreshSeconds: number): number {
  const readsPerDay = DAY_SECONDS / refreshSeconds + SETTLED_READS_A_DAY;
  return 30 * readsPerDay * series * PRICES.metricRead.usd;
}
