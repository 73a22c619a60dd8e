import { whole } from '../html/page.ts';
import type { ReportedImportance } from './model-report.ts';

/** Says in whole sentences how the importance of features was measured, and what it does not say. */
export function describeImportance({ rows, repeats }: Pick<ReportedImportance, 'rows' | 'repeats'>): string {
  const times = repeats === 1 ? '' : `, ${repeats} times`;
  return `How much macro-F1 falls when a feature's values are dealt anew among ${whole(rows)} held-out rows${times}. Of two features that say the same, each counts for little: the other one stands in.`;
}
