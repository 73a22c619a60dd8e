import type { ReadingContext } from '../../../../lib/columns/reading.ts';
import type { CsvGrammar } from '../../../../lib/dataset/csv/grammar.ts';
import type { ReadRow } from '../../read-instances.ts';

/** The rows of a request, and how they were written. */
export interface ReadTable {
  readonly rows: readonly ReadRow[];
  /** The cells of the rows as they were sent, by column. */
  readonly input: {
    readonly names: readonly string[];
    readonly rows: readonly (readonly unknown[])[];
  };
  /** The grammar of CSV that answers it, and the decimal mark of numbers there. */
  readonly grammar: CsvGrammar;
  readonly decimal: ReadingContext['decimal'];
}
