import { describe, expect, it } from 'vitest';
import { elapsedMs, expiryClock, isFresh, type Moment, systemClock } from '../../lib/freshness.ts';

const HOUR_MS = 3_600_000;
const CONFIRMED: Moment = { wallMs: 1_800_000_000_000, steadyMs: 5000 };
/** So much later by each of the clocks. */
const later = (wallMs: number, steadyMs: number): Moment => ({
  wallMs: CONFIRMED.wallMs + wallMs,
  steadyMs: CONFIRMED.steadyMs + steadyMs,
});

describe('isFresh', () => {
  it.each([
    ['while both clocks say so', 29_999, 29_999, true],
    ['no longer when both say that the time is over', 30_000, 30_000, false],
    ['no longer when only the wall clock says so, as after a freeze', 30_000, 10, false],
    ['no longer when only the steady clock says so, as after a small step back', 10, 30_000, false],
    ['no longer after a step of an hour back', 10 - HOUR_MS, 10, false],
    ['no longer after a step of an hour forward', 10 + HOUR_MS, 10, false],
    ['no longer when the steady clock is behind, as after another start', 10, -1, false],
    ['at the same moment', 0, 0, true],
  ])('holds %s', (_, wallMs, steadyMs, expected) => {
    expect(isFresh(CONFIRMED, later(wallMs, steadyMs), 30_000)).toBe(expected);
  });

  it('counts the longer of two times', () => {
    expect(elapsedMs(CONFIRMED, later(7, 20))).toBe(20);
    expect(elapsedMs(CONFIRMED, later(20, 7))).toBe(20);
  });

  it('reads clocks that go on', () => {
    const now = systemClock();
    expect(elapsedMs(now, systemClock())).toBeLessThan(HOUR_MS);
  });
});

describe('expiryClock', () => {
  it('goes on when the wall clock is set back, and follows it forward', () => {
    let now = CONFIRMED;
    const nowMs = expiryClock(() => now);
    now = later(1000 - HOUR_MS, 1000);
    expect(nowMs()).toBe(CONFIRMED.wallMs + 1000);
    now = later(1000 + HOUR_MS, 1000);
    expect(nowMs()).toBe(CONFIRMED.wallMs + 1000 + HOUR_MS);
    now = later(2000, 2000);
    expect(nowMs()).toBe(CONFIRMED.wallMs + 2000);
  });
});
