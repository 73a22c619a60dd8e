import type { SummaryWords } from '../summary-words.ts';
import type { NumericProfile } from './profile.ts';

export const numericSummaryWords: SummaryWords<NumericProfile> = {
  describe: ({ count, min, max, mean }) =>
    count === 0 ? 'none' : `${rounded(min)} to ${rounded(max)}, mean ${rounded(mean)}`,
};

const rounded = (value: number | null) => (value === null ? '?' : String(Number(value.toPrecision(4))));
