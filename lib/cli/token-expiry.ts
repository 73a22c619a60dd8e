const UNITS_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Ten years. A token that should live longer needs an explicit `never`. */
const MAX_MS = 3660 * UNITS_MS.d;

const PERIOD = /^([1-9]\d{0,6})([mhd])$/;
const DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

/**
 * Reads when a token expires: `30m`, `12h` or `90d` from now; an ISO date (its beginning, in UTC) or a time
 * with its zone; or `never`.
 *
 * @returns milliseconds since the epoch; null for never
 * @throws TypeError for any other text, for a time in the past, and for one more than ten years away
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

/** Refuses days that a month does not have: Date.parse may move them into the next month. */
function dateMs(text: string): number | undefined {
  const day = text.slice(0, 10);
  const dayMs = Date.parse(day);
  if (!DATE.test(text) || Number.isNaN(dayMs) || !new Date(dayMs).toISOString().startsWith(day))
    return undefined;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : atMs;
}
