import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { datetimeProfiling } from '../../../../lib/columns/datetime/profile.ts';
import { datetimeSummaryWords } from '../../../../lib/columns/datetime/summary-words.ts';

const DAY = 86_400_000;
const start = Date.UTC(2024, 0, 1);

/** A profile of `bins` bins, each of the given width. */
const profileOf = (width: number, bins = 3) =>
  datetimeProfiling.profileOf('when', {
    count: 5,
    missing: 1,
    min: start,
    max: start + width * bins,
    mean: start,
    sd: 1,
    quantiles: { p50: start + width + 0.4 },
    histogram: {
      edges: Array.from({ length: bins + 1 }, (_, i) => start + i * width),
      counts: new Array<number>(bins).fill(1),
    },
    exact: true,
  });

describe('the profile of dates', () => {
  it('writes dates as ISO 8601, and rounds the edges', () => {
    const profile = profileOf(1.5 * DAY);
    expect(z.parse(datetimeProfiling.profile, profile)).toEqual(profile);
    expect(profile).toMatchObject({
      type: 'datetime',
      min: '2024-01-01',
      max: '2024-01-05T12:00:00Z',
      quantiles: { p50: '2024-01-02T12:00:00Z' },
      histogram: { edges: ['2024-01-01', '2024-01-03', '2024-01-04', '2024-01-05T12:00:00Z'] },
    });
    expect(profileOf(90_500).histogram!.edges).toEqual([
      '2024-01-01',
      '2024-01-01T00:02:00Z',
      '2024-01-01T00:04:00Z',
      '2024-01-01T00:04:31.500Z',
    ]);
    expect(profileOf(1.25).histogram!.edges[1]).toBe('2024-01-01T00:00:00.002Z');
  });

  it('is drawn and summarised with dates', () => {
    const profile = profileOf(2 * DAY);
    const html = datetimeProfiling.render(profile);
    expect(html).toContain('median 2024-01-03');
    expect(html).toContain('<title>2024-01-03 to 2024-01-05: 1</title>');
    expect(datetimeSummaryWords.describe(profile, String)).toBe(
      '2024-01-01 to 2024-01-07, median 2024-01-03',
    );
  });

  it('says when there are no dates', () => {
    const profile = datetimeProfiling.profileOf('when', {
      count: 0,
      missing: 3,
      min: null,
      max: null,
      mean: null,
      sd: null,
      quantiles: null,
      histogram: null,
      exact: true,
    });
    expect(profile).toMatchObject({ min: null, max: null, quantiles: null, histogram: null });
    expect(datetimeProfiling.render(profile)).toBe('');
    expect(datetimeSummaryWords.describe(profile, String)).toBe('none');
  });
});
