import type { NumbersSummary, TextsSummary } from './profile.ts';

/** How the values of one kind are summed up in a few words, for a terminal. */
export interface SummaryWords<Summary extends NumbersSummary | TextsSummary> {
  /** @param printable makes a text of the data fit to be shown */
  describe(summary: Summary, printable: (text: string) => string): string;
}
