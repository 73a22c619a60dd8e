import { jsonOr } from '../../lib/config.ts';
import { bucketName, codeVersion, registryTable } from '../../lib/shared-settings.ts';
import { trainingSettings } from '../../lib/training/settings.ts';

/** What the function reads from its environment. */
export const settings = {
  MODELS_BUCKET: bucketName('models'),
  REGISTRY_TABLE: registryTable(),
  TRAINING_SETTINGS: jsonOr('{}', trainingSettings, 'what differs from the defaults of training'),
  CODE_VERSION: codeVersion(),
};
