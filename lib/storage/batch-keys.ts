import type { ResultFormat } from '../batch/result-choices.ts';

/** The keys of a batch in the results bucket. What is below `_parts/` is deleted when the batch is done. */
export const batchKeys = (model: string, batchId: string) => {
  const result = `${model}/${batchId}`;
  const parts = `_parts/${model}/${batchId}`;
  return {
    predictions: (format: ResultFormat) => `${result}/predictions.${format}`,
    rejects: `${result}/rejects.csv`,
    report: `${result}/report.json`,
    parts: `${parts}/`,
    plan: `${parts}/plan.json`,
    text: `${parts}/text.csv`,
    /** What ends the predictions, where they are Parquet. */
    footer: `${parts}/footer.parquet`,
    draftReport: `${parts}/report.json`,
    /** What each finished lot came to. The name tells lot and rows, so that a listing shows the progress. */
    finished: `${parts}/finished/`,
    /** Why lots failed, by attempt. */
    failed: (attempt: number) => `${parts}/failed/${attempt}/`,
    lot: (index: number) => ({
      predictions: (format: ResultFormat) => `${parts}/lots/${lotName(index)}.${format}`,
      rejects: `${parts}/lots/${lotName(index)}.rejects.csv`,
      finishedPrefix: `${parts}/finished/${lotName(index)}-`,
      finished: (rows: number) => `${parts}/finished/${lotName(index)}-${rows}.json`,
      failed: (attempt: number) => `${parts}/failed/${attempt}/${lotName(index)}.json`,
    }),
  };
};

const lotName = (index: number) => String(index).padStart(5, '0');

const FINISHED = /\/finished\/(\d{5})-(\d+)\.json$/;

/** Which lot a key says to be finished, and how many rows that has; undefined for any other key. */
export function finishedLot(key: string): { readonly index: number; readonly rows: number } | undefined {
  const [, index, rows] = FINISHED.exec(key) ?? [];
  return index === undefined ? undefined : { index: Number(index), rows: Number(rows) };
}
