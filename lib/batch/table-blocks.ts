import type { Model } from '../classifier/model.ts';
import type { BatchPlan } from './batch-plan.ts';
import { BlockStarts, blockBytes, type TextPlace } from './block-starts.ts';
import { parquetColumns } from './parquet-predictions.ts';
import type { ResultChoices } from './result-choices.ts';
import type { TableReading } from './table-reading.ts';

/**
 * The size of the blocks that a result is written in; undefined where it is text, which can be cut anywhere.
 *
 * @throws RefusedFileError `columns` when the file has a column of the answer's already
 */
export function blockSize(
  model: Model,
  { header }: Pick<TableReading | BatchPlan, 'header'>,
  choices: ResultChoices,
): number | undefined {
  if (choices.format !== 'parquet') return undefined;
  return blockBytes(parquetColumns(model, header.names, choices).all.length);
}

/** The blocks of a text that is read from a place on; undefined where the result is text. */
export function blocksOf(
  model: Model,
  reading: Pick<TableReading | BatchPlan, 'header' | 'grammar'>,
  choices: ResultChoices,
  place: TextPlace,
): BlockStarts | undefined {
  const size = blockSize(model, reading, choices);
  return size === undefined ? undefined : new BlockStarts(reading.grammar, size, place);
}
