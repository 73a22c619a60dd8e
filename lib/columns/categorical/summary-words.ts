import type { SummaryWords } from '../summary-words.ts';
import type { CategoricalProfile } from './profile.ts';

/** Number of the most frequent categories that are named. */
const NAMED = 5;

export const categoricalSummaryWords: SummaryWords<CategoricalProfile> = {
  describe({ categories, top }, printable) {
    const named = top.slice(0, NAMED).map(({ value, count }) => `${printable(value)} ${count}`);
    return `${categories} categories: ${named.join(', ')}`;
  },
};
