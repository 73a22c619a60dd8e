import { integerOr, requiredText, shareOr } from '../../lib/config.ts';
import { bucketName, registryTable } from '../../lib/shared-settings.ts';

/** The function's environment variables. */
export const settings = {
  PREDICTIONS_BUCKET: bucketName('predictions'),
  MODELS_BUCKET: bucketName('models'),
  REGISTRY_TABLE: registryTable(),
  PREDICT_LOG_GROUP: requiredText('the name of the log group of the predict function'),
  PREDICTION_LOG_SETTLE_SECONDS: integerOr(
    600,
    { min: 0, max: 3600 },
    'how old a line of the prediction log is when it is read: each is read once, and may reach the log late',
  ),
  DRIFT_WINDOW_HOURS: integerOr(24, { min: 1, max: 720 }, 'hours of predictions that are compared'),
  DRIFT_MIN_RECORDS: integerOr(100, { min: 20, max: 10_000 }, 'fewer predictions are not compared'),
  DRIFT_FAMILY_WISE_ERROR: shareOr(
    0.01,
    { min: 0.0001, max: 0.5 },
    'false alarms per comparison, over all columns together',
  ),
  LIVE_ACCURACY_DAYS: integerOr(
    30,
    { min: 1, max: 365 },
    'days of labelled predictions that make the live accuracy',
  ),
};
