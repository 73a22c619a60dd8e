/** Calls the predict function again and again, with its metrics or without, as the Lambda runtime would, and reports to the parent. */
import { setImmediate as turn } from 'node:timers/promises';
import { ModelCache, PATIENCE } from '../../../functions/predict/model-cache.ts';
import type { ModelSource } from '../../../functions/predict/model-source.ts';
import { PredictionTally } from '../../../functions/predict/prediction-tally.ts';
import { predictFunction } from '../../../functions/predict/routes.ts';
import { openModel } from '../../../lib/classifier/model-file.ts';
import { createLogger } from '../../../lib/telemetry/logger.ts';
import { createMetricBuffer } from '../../../lib/telemetry/metrics.ts';
import { DEFAULT_SETTINGS } from '../../../lib/training/settings.ts';
import { trainModel } from '../../../lib/training/train-model.ts';
import { httpEvent, LAMBDA_CONTEXT } from '../../helpers/http-event.ts';
import { irisData } from '../../helpers/iris.ts';
import { quantile } from '../quantile.ts';

const [, , emission, callsText] = process.argv;
const calls = Number(callsText);
const { artifact, artifactSha256 } = trainModel(irisData(), DEFAULT_SETTINGS);
const facts = { model: 'default', version: 1, artifactKey: 'k', artifactSha256, headers: {} };
const source: ModelSource = {
  champion: async () => facts,
  version: async () => facts,
  open: async () => ({
    sizeBytes: artifact.length,
    read: async () => openModel(artifact, artifactSha256),
    discard: () => undefined,
  }),
};
const isOn = emission === 'on';
if (!isOn) {
  PredictionTally.prototype.observe = () => undefined;
  PredictionTally.prototype.emit = () => undefined;
}
const metrics = isOn ? createMetricBuffer('predict') : { emit: () => undefined, flush: () => undefined };
const shared = { logger: createLogger(), metrics, now: Date.now };
const models = new ModelCache({
  ...shared,
  source,
  emit: metrics.emit,
  refreshSeconds: 3600,
  limitBytes: 1024 ** 3,
  patience: PATIENCE,
});
const access = { tokens: 'off', actor: 'bench' } as const;
const handler = predictFunction({ ...shared, models, access, maxBodyBytes: 1024 ** 2, codeVersion: 'bench' });
const event = httpEvent('POST /predict', { body: '{"features":[5.1,3.5,1.4,0.2]}' });

const [answersUs, wholesUs]: [number[], number[]] = [[], []];
for (let call = -2000; call < calls; call++) {
  const startedMs = performance.now();
  const { statusCode, body } = (await handler(event, LAMBDA_CONTEXT)) as { statusCode: number; body: string };
  const answeredMs = performance.now();
  await turn();
  const doneMs = performance.now();
  if (statusCode !== 200 || !body.includes('"setosa"')) throw new Error(`${statusCode}: ${body}`);
  if (call < 0) continue;
  answersUs.push((answeredMs - startedMs) * 1000);
  wholesUs.push((doneMs - startedMs) * 1000);
}
process.send!({ answerUs: quantile(answersUs, 0.5), wholeUs: quantile(wholesUs, 0.5) });
process.disconnect();
