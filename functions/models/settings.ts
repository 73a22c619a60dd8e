import { integerOr } from '../../lib/config.ts';
import { accessFields } from '../../lib/http/access.ts';
import { bucketName, codeVersion, registryTable } from '../../lib/shared-settings.ts';

/** What the function reads from its environment. */
export const settings = {
  MODELS_BUCKET: bucketName('models'),
  PREDICTIONS_BUCKET: bucketName('predictions'),
  REGISTRY_TABLE: registryTable(),
  CODE_VERSION: codeVersion(),
  FEEDBACK_DAYS: integerOr(
    90,
    { min: 1, max: 365 },
    'days after a prediction in which its label is taken, and kept; LIVE_ACCURACY_DAYS above it find none',
  ),
  ...accessFields,
};
