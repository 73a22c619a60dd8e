/**
 * A confidence in words. It is calibrated: of answers with a confidence of 0.9, 9 of 10 were right on rows
 * that the model had not seen.
 */
export function confidenceWords(confidence: number): string {
  const adverb = LEVELS.find(([from]) => confidence >= from)![1];
  const outOf = confidence >= 0.995 || confidence < 0.1 ? 1000 : 100;
  const right = Math.min(outOf - 1, Math.max(1, Math.round(confidence * outOf)));
  return `${adverb}: answers like this one were right ${right} of ${outOf} times on rows that the model had not seen.`;
}

const LEVELS: readonly (readonly [number, string])[] = [
  [0.95, 'Very sure'],
  [0.8, 'Fairly sure'],
  [0.6, 'Not so sure'],
  [0, 'Mostly a guess'],
];
