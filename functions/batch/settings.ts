import { integerOr, requiredText } from '../../lib/config.ts';
import { bucketName, registryTable } from '../../lib/shared-settings.ts';

/** What the function reads from its environment. */
export const settings = {
  BATCHES_BUCKET: bucketName('batches'),
  RESULTS_BUCKET: bucketName('results'),
  MODELS_BUCKET: bucketName('models'),
  REGISTRY_TABLE: registryTable(),
  BATCH_STATE_MACHINE: requiredText('the ARN of the state machine of batches'),
  BATCH_LOT_ROWS: integerOr(
    250_000,
    { min: 1, max: 10_000_000 },
    'about how many rows of a file one call predicts',
  ),
  BATCH_CONCURRENCY: integerOr(
    5,
    { min: 1, max: 1000 },
    'how many lots of a file are predicted at once; a new account has room for 10 calls of all functions',
  ),
  MAX_BATCH_BYTES: integerOr(5 * 1024 ** 3, { min: 1, max: 5 * 1024 ** 3 }, 'larger files are refused'),
};
