import { optionalInteger, optionalText, requiredText, textOr } from './config.ts';
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

export const modelCacheMb = () =>
  optionalInteger(
    { min: 1, max: 1024 ** 2 },
    'what loaded models may take together, 65% of the memory of predict if not set: the least recently used go first, and a larger one is a 503 `model_size`',
  );

/** Of train and housekeeping, where trainings beyond the function run on Fargate. */
export const trainStateMachine = () =>
  optionalText(
    'the ARN of the state machine that trains beyond the function; none where the function trains all',
  );

export const codeVersion = () =>
  textOr('unknown', 'which code this is, as `/health`, manifests and lineage show it; Terraform sets it');
