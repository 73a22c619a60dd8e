const UNITS_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Long enough for anything that should end at all; what should not says `never`. */
const MAX_MS = 3660 * UNITS_MS.d;

const PERIOD = /^([1-9]\d{0,6})([mhd])$/;
const DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

/**
 * When a token expires: `30m`, `12h` or `90d` from now, an ISO date (its beginning, in UTC) or time with its
 * zone, or `never`.
 *
 * @returns milliseconds since the epoch; null for never
 * @throws TypeError saying what was expected, for anything else and for what lies in the past or more than
 * ten years away
 */
export function parseExpiry(text: string, nowMs: number): number | null {
  if (text === 'never') return null;
  const [, count, unit] = PERIOD.exec(text) ?? [];
  const atMs =
    count === undefined ? dateMs(text) : nowMs + Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS];
  if (atMs === undefined) {
    throw new TypeError(`--expires: expected 30m, 12h, 90d, a date like 2030-01-31, or never; got "${text}"`);
  }
  if (atMs <= nowMs) throw new TypeError(`--expires: expected a time in the future, got "${text}"`);
  if (atMs - nowMs > MAX_MS)
    throw new TypeError(`--expires: expected at most ten years, or never; got "${text}"`);
  return atMs;
}

/** Days that a month does not have are no dates, though Date.parse may take them for the next month's. */
function dateMs(text: string): number | undefined {
  const day = text.slice(0, 10);
  const dayMs = Date.parse(day);
  if (!DATE.test(text) || Number.isNaN(dayMs) || !new Date(dayMs).toISOString().startsWith(day))
    return undefined;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : atMs;
}
