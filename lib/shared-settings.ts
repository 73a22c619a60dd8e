import { requiredText, textOr } from './config.ts';
import type { BucketStage } from './functions.ts';

/** Settings that several functions take. */

const CONTENTS: Readonly<Record<BucketStage, string>> = {
  raw: 'raw files',
  processed: 'processed data',
  models: 'models',
  predictions: 'predictions and the reports on them',
  batches: 'files whose rows are to be predicted',
  results: 'the predictions of those files',
};

export const bucketName = (stage: BucketStage) =>
  requiredText(`the name of the bucket for ${CONTENTS[stage]}`);

export const registryTable = () => requiredText('the name of the registry table');

export const codeVersion = () =>
  textOr('unknown', 'which code this is, as `/health`, manifests and lineage show it; Terraform sets it');
