import { describe, expect, it } from 'vitest';
import { confidenceWords } from '../../../../../../functions/console/page/predict/confidence-words.ts';

describe('a confidence in words', () => {
  it.each([
    [0.9999, 'Very sure', '999 of 1000'],
    [0.99, 'Very sure', '99 of 100'],
    [0.8, 'Fairly sure', '80 of 100'],
    [0.6, 'Not so sure', '60 of 100'],
    [0.4, 'Mostly a guess', '40 of 100'],
    [0.00001, 'Mostly a guess', '1 of 1000'],
  ])('of %d is %s: right %s times, never all and never none', (confidence, adverb, share) => {
    expect(confidenceWords(confidence)).toBe(
      `${adverb}: answers like this one were right ${share} times on rows that the model had not seen.`,
    );
  });
});
