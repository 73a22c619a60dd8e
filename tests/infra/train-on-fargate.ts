import { isDeepStrictEqual } from 'node:util';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { threeClasses } from '../helpers/three-classes.ts';
import type { AppliedSystem } from './applied-system.ts';
import type { BatchJobs, JobStatus, RunJob } from './batch-jobs.ts';
import { endOf, type StartedExecution, startedBy } from './executions.ts';
import { FAILING_MODEL } from './moto-gaps.ts';
import { InfraTestError } from './processes.ts';
import { call, deliverAll, expectText, keepHouse } from './system-calls.ts';
import { until } from './until.ts';

/** More than the train function trains on within TRAINING_SECONDS. */
const ROWS = 8000;
const LARGE_MODEL = 'large';
const STATE_MACHINE = 'classifier-train-state-machine';

/** The means of trainings beyond the train function. */
export interface Beyond {
  readonly jobs: BatchJobs;
  /** Runs the container of a job. */
  readonly container: RunJob;
  /** Of the API. */
  readonly token: string;
  readonly say: (line: string) => void;
}

/**
 * Uploads two tables that exceed the train function's bounds. One is trained by the job that the state
 * machine submits, and every job of the other fails.
 *
 * @returns the execution that is to fail, which goes on
 */
export async function trainBeyond(system: AppliedSystem, beyond: Beyond): Promise<StartedExecution> {
  const { jobs, container, say } = beyond;
  const large = await handOver(system, LARGE_MODEL, 21);
  const failing = await handOver(system, FAILING_MODEL, 22);
  await until('both jobs in their queue', async () =>
    [large, failing].every(({ name }) => jobs.statusesOf(name).length === 1) ? true : undefined,
  );
  const kept = await keepHouse(system);
  if (kept.includes(LARGE_MODEL) || kept.includes(FAILING_MODEL))
    throw new InfraTestError(`housekeeping: expected it to leave alone what waits for its turn, got ${kept}`);
  say('train handed over two tables, each once, and housekeeping left alone what waits for its turn');
  jobs.makeRoom(container);
  say(await expectTrained(system, beyond, large));
  return failing;
}

/** Uploads a table, and delivers its events. The second one of training finds the first one's execution. */
async function handOver(system: AppliedSystem, model: string, seed: number): Promise<StartedExecution> {
  const { s3, buckets } = system;
  const file = { Bucket: buckets.raw, Key: `${model}/rows.csv`, Body: threeClasses(ROWS, seed) };
  await s3.send(new PutObjectCommand(file));
  const ingested = await deliverAll(system, buckets.raw, `${model}/`);
  expectText('ingest of a large table', ingested, '"kind":"accepted"');
  for (let delivery = 1; delivery <= 2; delivery += 1)
    expectText(
      'training on a large table',
      await deliverAll(system, buckets.processed, `${model}/`),
      `{"kind":"handed_over","model":"${model}"}`,
    );
  const [execution, ...others] = startedBy(system, 'train').filter(({ input }) =>
    input.includes(`"${model}/`),
  );
  if (execution !== undefined && others.length === 0) return execution;
  throw new InfraTestError(`${model}: expected one execution of the state machine, got ${others.length}`);
}

/** @returns the result, in one line */
async function expectTrained(
  system: AppliedSystem,
  { jobs, token }: Beyond,
  execution: StartedExecution,
): Promise<string> {
  const { status, cause } = await endOf(system, execution);
  expectText('the execution that trains', `${status} ${cause}`, 'SUCCEEDED');
  expectJobs(jobs, execution, 'SUCCEEDED');
  const of = { token, pathParameters: { model: LARGE_MODEL } };
  const uploads = await call(system, 'GET /models/{model}/uploads', of, 200);
  expectText('the upload', uploads, execution.name, '"status":"promoted"');
  const version = { token, pathParameters: { model: LARGE_MODEL, version: '1' } };
  const card = await call(system, 'GET /models/{model}/versions/{version}/report', version, 200);
  const { rows } = JSON.parse(card) as { rows: { all: number; trained?: number } };
  if ((rows.trained ?? rows.all) !== ROWS)
    throw new InfraTestError(`the version: expected all ${ROWS} rows, got ${JSON.stringify(rows)}`);
  const path = { rawPath: `/models/${LARGE_MODEL}/predict`, body: '{"features":[0.9,0.9,0.5,0.5]}' };
  const predicted = await call(system, 'POST /models/{model}/predict', { ...of, ...path }, 200);
  expectText('its prediction', predicted, '"prediction":"high"', '"model_version":"v1"');
  const log = await logOf(system);
  expectText('the log of the job', log, '"message":"trained"');
  return `the job trained on all ${ROWS} rows, and said so in its log; predict answers with its version`;
}

function expectJobs(jobs: BatchJobs, { name }: StartedExecution, ...wanted: readonly JobStatus[]): void {
  const got = jobs.statusesOf(name).join();
  if (got !== wanted.join())
    throw new InfraTestError(`the jobs of ${name}: expected ${wanted.join()}, got ${got}`);
}

async function logOf({ aws }: AppliedSystem): Promise<string> {
  const group = ['--log-group-name', '/aws/lambda/classifier-train-job'];
  const query = ['--query', 'events[].message'];
  return (await aws.json<string[]>('logs', 'filter-log-events', ...group, ...query)).join('\n');
}

/**
 * Waits until the state machine has given up, after its pauses.
 *
 * @returns the result, in one line
 */
export async function expectGivenUp(
  system: AppliedSystem,
  { jobs, token }: Beyond,
  execution: StartedExecution,
): Promise<string> {
  const { status, error } = await endOf(system, execution);
  expectText('the execution whose jobs fail', `${status} ${error}`, 'FAILED TrainingFailed');
  expectJobs(jobs, execution, 'FAILED', 'FAILED', 'FAILED');
  const kept = system
    .calls()
    .filter(({ actor, service }) => actor === STATE_MACHINE && service === 'sqs')
    .map(
      ({ body }) =>
        JSON.parse((JSON.parse(body.toString()) as { MessageBody: string }).MessageBody) as unknown,
    );
  if (!isDeepStrictEqual(kept, [JSON.parse(execution.input)]))
    throw new InfraTestError(`expected the event to be kept, got ${JSON.stringify(kept)}`);
  const letters = await call(system, 'GET /dead-letters', { token }, 200);
  expectText('the dead letters', letters, `${FAILING_MODEL}/${execution.name}/manifest.json`);
  const of = { token, pathParameters: { model: FAILING_MODEL } };
  const uploads = await call(system, 'GET /models/{model}/uploads', of, 200);
  expectText('the upload', uploads, '"status":"failed"', 'failed 3 times');
  return 'the job of the other failed three times: its event is a dead letter of train, and its upload says why';
}
