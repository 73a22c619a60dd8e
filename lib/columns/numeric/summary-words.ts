import type { NumbersSummary } from '../profile.ts';
import type { SummaryWords } from '../summary-words.ts';

export const numericSummaryWords: SummaryWords<NumbersSummary> = {
  describe: ({ count, min, max, mean }) =>
    count === 0 ? 'none' : `${rounded(min)} to ${rounded(max)}, mean ${rounded(mean)}`,
};

const rounded = (value: number | null) => (value === null ? '?' : String(Number(value.toPrecision(4))));
