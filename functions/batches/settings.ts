import { requiredText } from '../../lib/config.ts';
import { accessFields } from '../../lib/http/access.ts';
import { bucketName, registryTable } from '../../lib/shared-settings.ts';

/** What the function reads from its environment. */
export const settings = {
  BATCHES_BUCKET: bucketName('batches'),
  RESULTS_BUCKET: bucketName('results'),
  REGISTRY_TABLE: registryTable(),
  BATCH_STATE_MACHINE: requiredText('the ARN of the state machine of batches'),
  ...accessFields,
};
