import { integerOr, requiredText } from '../../lib/config.ts';
import { bucketName, codeVersion, registryTable } from '../../lib/shared-settings.ts';

/** What the function reads from its environment. */
export const settings = {
  PROCESSED_BUCKET: bucketName('processed'),
  MODELS_BUCKET: bucketName('models'),
  REGISTRY_TABLE: registryTable(),
  MAX_FILE_BYTES: integerOr(5 * 1024 ** 3, { min: 1, max: 50 * 1024 ** 3 }, 'larger files are refused'),
  SET_STATE_MACHINE: requiredText('the ARN of the state machine that reads sets of files'),
  MAX_SET_PARTS: integerOr(1000, { min: 1, max: 1000 }, 'sets of more parts are refused'),
  MAX_SET_BYTES: integerOr(
    16 * 1024 ** 3,
    { min: 1, max: 16 * 1024 ** 3 },
    'sets whose parts, or their text, are larger are refused: one call reads them all',
  ),
  SET_CONCURRENCY: integerOr(
    5,
    { min: 1, max: 1000 },
    'how many parts of a set are read at once; a new account has room for 10 calls of all functions',
  ),
  CODE_VERSION: codeVersion(),
};
