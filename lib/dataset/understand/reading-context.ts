import { gapTexts } from '../../columns/gaps.ts';
import { decimalMarkOf } from '../../columns/numeric/judge-numbers.ts';
import type { ReadingContext } from '../../columns/reading.ts';
import { type CsvGrammar, RFC_4180 } from '../csv/grammar.ts';
import type { DatasetContract } from './contract.ts';
import type { TableSample } from './table-sample.ts';

/**
 * The texts that are gaps and the decimal mark: the contract's, or those of the sample. A comma marks
 * decimals only where it does not separate fields.
 */
export function readingContext(
  sample: TableSample,
  contract: DatasetContract | undefined,
  grammar: CsvGrammar,
): ReadingContext {
  const { texts, numbers } = gapTexts(contract ?? {});
  const context: ReadingContext = {
    gaps: new Set(['', ...texts]),
    numberGaps: new Set(['', ...numbers]),
    decimal: contract?.decimal ?? '.',
    decimalBy: contract?.decimal === undefined ? undefined : 'contract',
    mayBeDecimalComma: contract?.decimal
      ? contract.decimal === ','
      : grammar.delimiter !== RFC_4180.delimiter,
  };
  if (contract?.decimal !== undefined || !context.mayBeDecimalComma) return context;
  const marks = sample.columns.map((column) => decimalMarkOf(column, context));
  const [commas = 0, points = 0] = [',', '.'].map((which) => marks.filter((mark) => mark === which).length);
  const isAgreed = (commas === 0) !== (points === 0);
  return { ...context, decimal: commas > points ? ',' : '.', decimalBy: isAgreed ? 'columns' : undefined };
}
