/**
 * Calls the predict function repeatedly, in turns with and without its metrics, and reports to the parent.
 * Arguments: the number of calls, and the port of a server that takes answers and sends events, as a Lambda's
 * supervisor does. Without a port, the calls follow each other directly, and the processor's caches contain
 * only the handler.
 */
import { connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { ModelCache, PATIENCE } from '../../../functions/predict/model-cache.ts';
import type { ModelSource } from '../../../functions/predict/model-source.ts';
import { PredictionLog } from '../../../functions/predict/prediction-log.ts';
import { PredictionTally } from '../../../functions/predict/prediction-tally.ts';
import { predictFunction } from '../../../functions/predict/routes.ts';
import { openModel } from '../../../lib/classifier/model-file.ts';
import { systemClock } from '../../../lib/freshness.ts';
import { FrameReader, frame } from '../../../lib/local/lambda/frames.mjs';
import { createLogger } from '../../../lib/telemetry/logger.ts';
import { createMetricBuffer, type MetricBuffer } from '../../../lib/telemetry/metrics.ts';
import { DEFAULT_SETTINGS } from '../../../lib/training/settings.ts';
import { trainModel } from '../../../lib/training/train-model.ts';
import { httpEvent, LAMBDA_CONTEXT } from '../../helpers/http-event.ts';
import { irisData } from '../../helpers/iris.ts';
import { SILENT_METRICS } from '../../helpers/metric-buffers.ts';
import { quantile } from '../quantile.ts';
import type { Cost, Round } from './round.ts';

const calls = Number(process.argv[2]);
const supervisorPort = process.argv[3];
const { artifact, artifactSha256 } = trainModel(irisData(), DEFAULT_SETTINGS);
const facts = { model: 'default', version: 1, artifactKey: 'k', artifactSha256, headers: {} };
const source: ModelSource = {
  champion: async () => facts,
  version: async () => facts,
  alias: async () => facts,
  names: async () => ['default'],
  open: async () => ({
    sizeBytes: artifact.length,
    read: async () => openModel(artifact, artifactSha256),
    discard: () => undefined,
  }),
};
/** Whether the calls of this block emit metrics. */
let isOn = true;
const { observe } = PredictionTally.prototype;
PredictionTally.prototype.observe = function (label, confidence, isNovel) {
  if (isOn) observe.call(this, label, confidence, isNovel);
};

function handlerWith(metrics: MetricBuffer) {
  const shared = { logger: createLogger(), metrics, clock: systemClock };
  const models = new ModelCache({
    ...shared,
    source,
    emit: metrics.emit,
    refreshSeconds: 3600,
    limitBytes: 1024 ** 3,
    patience: PATIENCE,
  });
  const access = { tokens: 'off', actor: 'bench' } as const;
  // Logging is not measured here: see the contenders of the serve benchmark.
  const predictionLog = new PredictionLog({
    sampleRate: 0,
    logsFeatures: false,
    write: metrics.print,
    random: Math.random,
    now: Date.now,
  });
  const limits = { maxBodyBytes: 1024 ** 2, codeVersion: 'bench' };
  return predictFunction({ ...shared, ...limits, models, access, predictionLog });
}
const handlers = { on: handlerWith(createMetricBuffer('predict')), off: handlerWith(SILENT_METRICS) };
const event = JSON.stringify(httpEvent('POST /predict', { body: '{"features":[5.1,3.5,1.4,0.2]}' }));

/** The runtime's part: sends an answer and gets the next event. */
type Exchange = (answer: string) => Promise<string>;
function exchangeWith(port: string | undefined): Exchange {
  if (port === undefined) return async () => event;
  const socket = connect(Number(port), '127.0.0.1');
  let next: ((event: string) => void) | undefined;
  const reader = new FrameReader((_, body) => next?.(body.toString()));
  socket.on('data', (chunk: Buffer) => reader.read(chunk));
  return (answer) =>
    new Promise((resolve) => {
      next = resolve;
      socket.write(frame({}, answer));
    });
}
const exchange = exchangeWith(supervisorPort);
let lastAnswer = event;

interface Call {
  readonly answerUs: number;
  readonly wholeUs: number;
}

async function call(name: keyof typeof handlers): Promise<Call> {
  const given = JSON.parse(await exchange(lastAnswer));
  const startedMs = performance.now();
  const answer = (await handlers[name](given, LAMBDA_CONTEXT)) as { statusCode: number; body: string };
  const answeredMs = performance.now();
  await turn();
  const doneMs = performance.now();
  lastAnswer = JSON.stringify(answer);
  if (answer.statusCode !== 200 || !answer.body.includes('"setosa"')) throw new Error(answer.body);
  return { answerUs: (answeredMs - startedMs) * 1000, wholeUs: (doneMs - startedMs) * 1000 };
}

const WARM_UP_CALLS = 4000;
const BLOCK = 200;
/** The first calls of a block are affected by the caches of the previous block. */
const SETTLING = 20;

async function block(name: keyof typeof handlers): Promise<Cost> {
  isOn = name === 'on';
  for (let i = 0; i < SETTLING; i++) await call(name);
  const answers: number[] = [];
  const wholes: number[] = [];
  const cpuBefore = process.cpuUsage();
  for (let i = SETTLING; i < BLOCK; i++) {
    const { answerUs, wholeUs } = await call(name);
    answers.push(answerUs);
    wholes.push(wholeUs);
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    answerUs: quantile(answers, 0.5),
    wholeUs: quantile(wholes, 0.5),
    cpuUs: (user + system) / answers.length,
  };
}

async function measure(): Promise<Round> {
  const turns: { readonly off: Cost; readonly on: Cost }[] = [];
  // In turns, so that other work on the machine affects both.
  for (let done = -WARM_UP_CALLS; done < calls; done += BLOCK) {
    const off = await block('off');
    const on = await block('on');
    if (done >= 0) turns.push({ off, on });
  }
  return {
    without: medianCost(turns.map(({ off }) => off)),
    added: medianCost(turns.map(({ on, off }) => added(on, off))),
  };
}

function medianCost(costs: readonly Cost[]): Cost {
  const median = (part: keyof Cost) =>
    quantile(
      costs.map((cost) => cost[part]),
      0.5,
    );
  return { answerUs: median('answerUs'), wholeUs: median('wholeUs'), cpuUs: median('cpuUs') };
}

function added(more: Cost, less: Cost): Cost {
  return {
    answerUs: more.answerUs - less.answerUs,
    wholeUs: more.wholeUs - less.wholeUs,
    cpuUs: more.cpuUs - less.cpuUs,
  };
}

const round = await measure();
process.send!(round, () => process.exit());
