/** Numbers, times and counts as the console writes them. */

const wholeNumbers = new Intl.NumberFormat('en');
const times = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
const spans = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

export const whole = (value: number) => wholeNumbers.format(value);

/** Four significant digits, without an exponent where a person would not write one. */
export const short = (value: number) => {
  const rounded = Number(value.toPrecision(4));
  return Math.abs(rounded) >= 10_000 && Number.isInteger(rounded) ? whole(rounded) : String(rounded);
};

/** A score such as macro-F1: three decimals. */
export const score = (value: number) => value.toFixed(3);

/** Half the 95% interval of what has a standard error. */
export const margin = (standardError: number) => 1.96 * standardError;

/**
 * Half the 95% interval of a score. Without a mistake there is no spread to estimate an error from,
 * which does not make the score certain.
 */
export const uncertainty = (standardError: number | undefined) =>
  standardError === undefined
    ? 'its error is not known'
    : standardError === 0
      ? 'no mistake in the test'
      : `± ${score(margin(standardError))} (95%)`;

/** A share as a percentage; never 0% or 100% for what is neither. */
export function percent(share: number): string {
  const text = (100 * share).toFixed(1);
  if (text === '100.0' && share < 1) return '>99.9%';
  if (text === '0.0' && share > 0) return '<0.1%';
  return `${text}%`;
}

export const plural = (count: number, one: string, many = `${one}s`) =>
  `${whole(count)} ${count === 1 ? one : many}`;

const days = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });

/** The day in UTC. */
export const date = (iso: string) => days.format(new Date(iso));

/** US dollars: to the cent, and where that says nothing two digits. */
export const money = (usd: number) =>
  usd === 0 || usd >= 0.1 ? `$${usd.toFixed(2)}` : usd < 0.0001 ? 'under $0.0001' : `$${usd.toFixed(4)}`;

export const time = (iso: string) => times.format(new Date(iso));

const SPANS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

/** "2 hours ago". */
export function ago(iso: string, nowMs: number): string {
  const seconds = (Date.parse(iso) - nowMs) / 1000;
  const span = SPANS.find(([, size]) => Math.abs(seconds) >= size);
  return span ? spans.format(Math.round(seconds / span[1]), span[0]) : 'just now';
}

const UNITS = ['bytes', 'KB', 'MB', 'GB'];

export function fileSize(bytes: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
  return power === 0 ? plural(bytes, 'byte') : `${(bytes / 1000 ** power).toFixed(1)} ${UNITS[power]}`;
}

/** A duration, of which a person wants to know two digits. */
export function duration(seconds: number): string {
  if (seconds < 1) return `${Number((seconds * 1000).toPrecision(2))} ms`;
  return seconds < 120 ? `${Number(seconds.toPrecision(2))} s` : `${Math.round(seconds / 60)} min`;
}
