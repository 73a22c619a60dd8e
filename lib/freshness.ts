/** One moment by both clocks of a machine, in milliseconds. */
export interface Moment {
  /** Since the epoch. It may be set forward or back. */
  readonly wallMs: number;
  /** Since an arbitrary start. Nobody sets it, but it may stand still while a function is frozen. */
  readonly steadyMs: number;
}

export type Clock = () => Moment;

export const systemClock: Clock = () => ({ wallMs: Date.now(), steadyMs: performance.now() });

/**
 * The time since a moment, never too short: the longer one of what the two clocks say. It is infinite when a
 * clock is before that moment, because then nobody knows how much time has passed.
 */
export function elapsedMs(since: Moment, now: Moment): number {
  const wallMs = now.wallMs - since.wallMs;
  const steadyMs = now.steadyMs - since.steadyMs;
  return wallMs < 0 || steadyMs < 0 ? Number.POSITIVE_INFINITY : Math.max(wallMs, steadyMs);
}

/** Whether what was confirmed at a moment still counts. Every cache with a time to live asks this. */
export function isFresh(confirmedAt: Moment, now: Moment, lifetimeMs: number): boolean {
  return elapsedMs(confirmedAt, now) < lifetimeMs;
}

/**
 * The time to compare with a date of expiry, in milliseconds since the epoch. When the wall clock is set
 * back, time goes on from where this clock was made, so that what has expired stays expired. When the wall
 * clock was ahead at that time, things expire too early, never too late.
 */
export function expiryClock(clock: Clock = systemClock): () => number {
  const start = clock();
  return () => {
    const now = clock();
    return Math.max(now.wallMs, start.wallMs + now.steadyMs - start.steadyMs);
  };
}
