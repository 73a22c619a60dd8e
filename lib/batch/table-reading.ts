import type { Model } from '../classifier/model.ts';
import type { ReadingContext } from '../columns/reading.ts';
import type { CsvGrammar } from '../dataset/csv/grammar.ts';
import type { OpenedTable } from '../dataset/open-table.ts';
import type { DatasetContract } from '../dataset/understand/contract.ts';
import { findHeader, type HeaderDecision } from '../dataset/understand/decide-header.ts';
import { readingContext } from '../dataset/understand/reading-context.ts';

/** What the beginning of a file says about how all of its rows are read for a model. */
export interface TableReading {
  readonly grammar: CsvGrammar;
  readonly header: Pick<HeaderDecision, 'names' | 'line' | 'isFirstRecord'>;
  readonly decimal: ReadingContext['decimal'];
  /**
   * Whether CSV that answers it begins with a byte order mark: spreadsheets take UTF-8 for something else
   * without one. So does a file of another encoding, which is answered in UTF-8.
   */
  readonly isMarked: boolean;
}

/**
 * Decides how a file's rows are read for a model.
 *
 * @throws RefusedFileError when the header does not suit the rows, or the file's beginning has a fault
 */
export function readingOf(
  table: OpenedTable,
  model: Model,
  contract: DatasetContract | undefined,
): TableReading {
  const { grammar } = table.dialect;
  const { decimal, ...context } = readingContext(table.sample, contract, grammar);
  const features = model.features.map(({ name }) => name);
  const found = findHeader(table.sample, table.comment, features, table.header, { ...context, decimal });
  if (table.fault) throw table.fault;
  const { names, line, isFirstRecord } = found;
  const { encoding, hasByteOrderMark } = table.text.facts;
  const isMarked = hasByteOrderMark || encoding !== 'utf-8';
  return { grammar, header: { names, line, isFirstRecord }, decimal, isMarked };
}
