import { integerOr, requiredText } from '../../lib/config.ts';
import { bucketName, registryTable, trainStateMachine } from '../../lib/shared-settings.ts';

/** What the function reads from its environment. */
export const settings = {
  RAW_BUCKET: bucketName('raw'),
  PROCESSED_BUCKET: bucketName('processed'),
  REGISTRY_TABLE: registryTable(),
  INGEST_FUNCTION: requiredText('the name or ARN of the ingest function'),
  TRAIN_FUNCTION: requiredText('the name or ARN of the train function'),
  TRAIN_STATE_MACHINE: trainStateMachine(),
  MODELS_BUCKET: bucketName('models'),
  RETAIN_VERSIONS: integerOr(
    20,
    { min: 1, max: 1_000_000 },
    'so many newest versions of a model are not retired',
  ),
  RETAIN_CHAMPIONS: integerOr(
    5,
    { min: 1, max: 1_000_000 },
    'so many last champions of a model are not retired',
  ),
  RETAIN_DAYS: integerOr(30, { min: 0, max: 36_500 }, 'versions that are younger are not retired'),
  // At least as long as a training in the function. One elsewhere may take longer: its claim protects it.
  ARTIFACT_GRACE_SECONDS: integerOr(
    86_400,
    { min: 901, max: 365 * 86_400 },
    "how long after its retirement a version's artifact is kept",
  ),
  RECONCILE_GRACE_SECONDS: integerOr(
    3600,
    { min: 0, max: 7 * 86_400 },
    'younger uploads may still be on their way and are left alone',
  ),
};
