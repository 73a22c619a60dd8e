import type { ResultFormat } from '../../lib/batch/result-choices.ts';

export const CSV_TYPE = 'text/csv; charset=utf-8';

/** What predictions say of themselves in S3. */
export const RESULT_TYPES: Readonly<Record<ResultFormat, string>> = {
  csv: CSV_TYPE,
  parquet: 'application/vnd.apache.parquet',
};
