import { accessFields } from '../../lib/http/access.ts';
import { bucketName, registryTable } from '../../lib/shared-settings.ts';

/** What the function reads from its environment. */
export const settings = {
  RAW_BUCKET: bucketName('raw'),
  PROCESSED_BUCKET: bucketName('processed'),
  MODELS_BUCKET: bucketName('models'),
  REGISTRY_TABLE: registryTable(),
  ...accessFields,
};
