import { manifestKey } from '../dataset/manifest.ts';

/** The keys of an upload's outputs in the processed bucket. */
export const uploadKeys = (model: string, uploadId: string) => ({
  data: `${model}/${uploadId}/data.parquet`,
  rejects: `${model}/${uploadId}/rejects.csv`,
  report: `${model}/${uploadId}/report.json`,
  reportPage: `${model}/${uploadId}/report.html`,
  manifest: manifestKey(model, uploadId),
  refusal: `${model}/refused/${uploadId}/report.json`,
  refusedRejects: `${model}/refused/${uploadId}/rejects.csv`,
});
