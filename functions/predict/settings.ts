import { flagOr, integerOr, optionalInteger, optionalText, shareOr } from '../../lib/config.ts';
import { accessFields } from '../../lib/http/access.ts';
import { bucketName, codeVersion, modelCacheMb, registryTable } from '../../lib/shared-settings.ts';

/** What the function reads from its environment. */
export const settings = {
  MODELS_BUCKET: bucketName('models'),
  REGISTRY_TABLE: registryTable(),
  MODEL_REFRESH_SECONDS: integerOr(
    30,
    { min: 1, max: 3600 },
    'how old the knowledge of who is champion may grow',
  ),
  MODEL_CACHE_MB: modelCacheMb(),
  MAX_BODY_BYTES: integerOr(1024 ** 2, { min: 1, max: 6 * 1024 ** 2 }, 'larger requests get 413'),
  PREDICTION_LOG_SAMPLE_RATE: shareOr(
    0.1,
    { min: 0, max: 1 },
    'share of requests whose predictions are logged',
  ),
  PREDICTION_LOG_FEATURES: flagOr(false, 'whether inputs are logged too'),
  CODE_VERSION: codeVersion(),
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: optionalInteger({ min: 1, max: 1024 ** 2 }, 'set by Lambda, in MB'),
  AWS_LAMBDA_FUNCTION_NAME: optionalText('set by Lambda'),
  ...accessFields,
};
