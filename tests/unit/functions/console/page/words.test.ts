import { describe, expect, it } from 'vitest';
import {
  ago,
  duration,
  fileSize,
  percent,
  short,
  uncertainty,
} from '../../../../../functions/console/page/words.ts';

describe('numbers in words', () => {
  it('are never 0% or 100% for what is neither', () => {
    expect([0, 0.0004, 0.5, 0.9996, 1].map(percent)).toEqual(['0.0%', '<0.1%', '50.0%', '>99.9%', '100.0%']);
  });

  it('have four digits, a unit and no false certainty', () => {
    expect([0.123456, 12_345, 1e-9, -7].map(short)).toEqual(['0.1235', '12,350', '1e-9', '-7']);
    expect([1, 999, 1500, 2_500_000].map(fileSize)).toEqual(['1 byte', '999 bytes', '1.5 KB', '2.5 MB']);
    expect([0.0034, 1.23, 300].map(duration)).toEqual(['3.4 ms', '1.2 s', '5 min']);
    expect([undefined, 0, 0.01].map(uncertainty)).toEqual([
      'its error is not known',
      'no mistake in the test',
      '± 0.020 (95%)',
    ]);
  });

  it('say how long ago something was', () => {
    const nowMs = Date.parse('2026-01-02T12:00:00Z');
    expect(
      ['2026-01-02T11:59:40Z', '2026-01-02T11:30:00Z', '2026-01-01T11:00:00Z'].map((at) => ago(at, nowMs)),
    ).toEqual(['just now', '30 minutes ago', 'yesterday']);
  });
});
