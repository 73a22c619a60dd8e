import { integerOr } from '../../lib/config.ts';
import { bucketName, codeVersion, registryTable } from '../../lib/shared-settings.ts';

/** What the function reads from its environment. */
export const settings = {
  PROCESSED_BUCKET: bucketName('processed'),
  MODELS_BUCKET: bucketName('models'),
  REGISTRY_TABLE: registryTable(),
  MAX_FILE_BYTES: integerOr(5 * 1024 ** 3, { min: 1, max: 50 * 1024 ** 3 }, 'larger files are refused'),
  CODE_VERSION: codeVersion(),
};
