import { cacheLimitBytes } from '../../lib/cache-limit.ts';
import { readConfiguration } from '../../lib/config.ts';
import { systemClock } from '../../lib/freshness.ts';
import { accessPolicy } from '../../lib/http/access.ts';
import { DEFAULT_MODEL } from '../../lib/names.ts';
import { createLogger } from '../../lib/telemetry/logger.ts';
import { createMetricBuffer } from '../../lib/telemetry/metrics.ts';
import { ModelCache, PATIENCE } from './model-cache.ts';
import { lazySource } from './model-source.ts';
import { PredictionLog } from './prediction-log.ts';
import { predictFunction } from './routes.ts';
import { settings } from './settings.ts';

const config = readConfiguration(settings, process.env);
const logger = createLogger();
const metrics = createMetricBuffer('predict');
const models = new ModelCache({
  source: lazySource(async () => {
    const { connect } = await import('./connect.ts');
    return connect(process.env, {
      registryTable: config.REGISTRY_TABLE,
      modelsBucket: config.MODELS_BUCKET,
    });
  }),
  refreshSeconds: config.MODEL_REFRESH_SECONDS,
  limitBytes: cacheLimitBytes(config.MODEL_CACHE_MB, config.AWS_LAMBDA_FUNCTION_MEMORY_SIZE),
  patience: PATIENCE,
  emit: metrics.emit,
  logger,
  clock: systemClock,
});

export const handler = predictFunction({
  models,
  maxBodyBytes: config.MAX_BODY_BYTES,
  codeVersion: config.CODE_VERSION,
  access: accessPolicy(config),
  logger,
  metrics,
  predictionLog: new PredictionLog({
    sampleRate: config.PREDICTION_LOG_SAMPLE_RATE,
    logsFeatures: config.PREDICTION_LOG_FEATURES,
    write: metrics.print,
    random: Math.random,
    now: Date.now,
  }),
  clock: systemClock,
});

// Lambda gives a function the most processor time before its first event, so the default champion is loaded
// here.
if (config.AWS_LAMBDA_FUNCTION_NAME !== undefined) {
  setImmediate(() => {
    models.state(DEFAULT_MODEL).catch(() => {
      // Faults were logged where they occurred, and a missing champion is no fault. The first request tries
      // again and answers with the error, if any.
    });
  });
}
