import type { ByteSink } from '../byte-sink.ts';
import type { Model } from '../classifier/model.ts';
import { CsvScanner } from '../dataset/csv/csv-scanner.ts';
import { RFC_4180 } from '../dataset/csv/grammar.ts';
import { DEFAULT_LIMITS } from '../dataset/csv/limits.ts';
import { RecordFeed } from '../dataset/csv/record-feed.ts';
import { TextWindow } from '../dataset/csv/text-window.ts';
import { RejectsWriter } from '../dataset/rows/rejects-writer.ts';
import type { BatchPlan } from './batch-plan.ts';
import { BatchPredictor } from './batch-predictor.ts';
import { type LotCounts, LotTally } from './lot-tally.ts';
import type { ResultChoices } from './result-choices.ts';
import { blocksOf } from './table-blocks.ts';

/** Where the answers to a lot are written. */
export interface LotOutputs {
  readonly predictions: ByteSink;
  readonly rejects: ByteSink;
}

/** A lot to predict: its place in the plan, and its bytes. */
export interface LotInput {
  readonly plan: BatchPlan;
  readonly index: number;
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly choices: ResultChoices;
}

/** A lot did not hold as many records as the pass over the whole file had counted in it. */
export class LotMismatchError extends Error {}

/**
 * Predicts one lot of a table. The outputs of all lots, one after the other, are those of the whole table.
 *
 * @throws RefusedFileError when the lot cannot be read, at the line of the whole file
 * @throws LotMismatchError when it holds other records than the plan says
 */
export async function predictLot(
  model: Model,
  { plan, index, chunks, choices }: LotInput,
  outputs: LotOutputs,
): Promise<LotCounts> {
  const { lots, grammar, header, decimal, isMarked, fault } = plan;
  const lot = lots[index]!;
  const tally = new LotTally(model);
  const rejects = new RejectsWriter(outputs.rejects, RFC_4180, { isContinued: index > 0 });
  const from = lot.from - lots[0]!.from;
  const blocks = blocksOf(model, plan, choices, { from, line: lot.line });
  const predictor = new BatchPredictor(model, outputs.predictions, {
    grammar,
    header,
    decimal,
    isMarked,
    explain: choices.explain,
    probabilities: choices.probabilities,
    json: false,
    blocks,
    isContinued: index > 0,
    onFault: (found) => rejects.add(found),
    onAnswer: (answer) => tally.add(answer),
  });
  const feed = new RecordFeed(new CsvScanner(DEFAULT_LIMITS, grammar, lot.line), predictor);
  const window = new TextWindow(DEFAULT_LIMITS, feed);
  for await (const chunk of chunks) {
    blocks?.add(chunk);
    await window.add(chunk);
    if (rejects.isFull) await rejects.flush();
  }
  const isCutOff = fault !== null && index === lots.length - 1;
  await (isCutOff ? window.flush() : window.finish());
  await predictor.finish();
  await rejects.flush();
  tally.addTotals(predictor);
  const headers = header.isFirstRecord && index === 0 ? 1 : 0;
  const records = headers + predictor.rows + predictor.blanks;
  if (!isCutOff && records !== lot.records)
    throw new LotMismatchError(
      `lot ${index + 1} from line ${lot.line}: expected ${lot.records} records, got ${records}`,
    );
  return tally.counts;
}
