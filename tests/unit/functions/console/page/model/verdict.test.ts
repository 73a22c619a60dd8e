import { describe, expect, it } from 'vitest';
import { verdict } from '../../../../../../functions/console/page/model/verdict.ts';

const of = (model_version: string, macro_f1?: number, macro_f1_standard_error?: number) => ({
  model_version,
  metrics: Object.fromEntries(
    Object.entries({ macro_f1, macro_f1_standard_error }).filter(([, value]) => value !== undefined),
  ) as Record<string, number>,
});

describe('which of two versions is better', () => {
  it.each([
    [
      'v2 is better by 0.050 macro-F1, within ± 0.055 (95%): it may be chance.',
      of('v1', 0.9, 0.02),
      of('v2', 0.95, 0.02),
    ],
    ['v1 is better by 0.060 macro-F1, more than ± 0.055 (95%).', of('v1', 0.96, 0.02), of('v2', 0.9, 0.02)],
    ['v2 is better by 0.100 macro-F1.', of('v1', 0.9, 0.02), of('v2', 1, 0)],
    ['v2 is better by 0.100 macro-F1.', of('v1', 0.8), of('v2', 0.9, 0.01)],
    ['Both reach macro-F1 0.900.', of('v1', 0.9001, 0.02), of('v2', 0.9, 0.02)],
    ['Which is better is not known: one has no macro-F1.', of('v1', 0.9, 0.02), of('v2')],
  ])('%s', (words, a, b) => {
    expect(verdict(a, b)).toBe(words);
  });
});
