import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { AppliedSystem } from './applied-system.ts';
import { endOf, type StartedExecution, startedBy } from './executions.ts';
import { BROKEN_SET } from './moto-gaps.ts';
import { InfraTestError } from './processes.ts';
import { call, deliverAll, expectText } from './system-calls.ts';

const IRIS = fileURLToPath(new URL('../../data/raw/iris.csv', import.meta.url));
const STATE_MACHINE = 'classifier-ingest-set-state-machine';

/**
 * Reads two sets by the state machine, in moto's interpreter, at once: one is trained on, and of the other no
 * worker can keep what it found in the second part.
 *
 * @param say takes one line for each checked result
 */
export async function readSets(
  system: AppliedSystem,
  token: string,
  say: (line: string) => void,
): Promise<void> {
  const { buckets } = system;
  const [whole, broken] = [await completeSet(system, 'seasons'), await completeSet(system, BROKEN_SET)];
  const { status, cause } = await endOf(system, whole);
  expectText('the execution that reads a set', `${status} ${cause}`, 'SUCCEEDED');
  expectSteps(system, 'seasons', ['commit', 'merge', 'parse', 'parse', 'plan']);
  const trained = await deliverAll(system, buckets.processed, 'seasons/');
  expectText('training on a set', trained, '"kind":"promoted"', '"model":"seasons"');
  say("a set of two files was read by the state machine, in moto's interpreter, and trained on");
  const { status: end, error } = await endOf(system, broken);
  expectText('the execution of a set with a part that cannot be read', `${end} ${error}`, 'FAILED SetFailed');
  // The first try of the second part, and three more.
  expectSteps(system, BROKEN_SET, ['fail', 'merge', ...Array<string>(5).fill('parse'), 'plan']);
  const of = { token, pathParameters: { model: BROKEN_SET } };
  const uploads = await call(system, 'GET /models/{model}/uploads', of, 200);
  expectText('the upload', uploads, '"status":"failed"', 'the part \\"part-1.csv\\": ');
  say('a set of which a part could not be read failed: Merge missed the part, and the upload names it');
}

/** Puts a set of two files into the raw bucket, and completes it. @returns the execution that reads it */
async function completeSet(system: AppliedSystem, model: string): Promise<StartedExecution> {
  const { s3, buckets } = system;
  const [header, ...rows] = (await readFile(IRIS, 'utf8')).trimEnd().split('\n');
  const put = (name: string, lines: readonly string[]) =>
    s3.send(
      new PutObjectCommand({ Bucket: buckets.raw, Key: `${model}/2026/${name}`, Body: lines.join('\n') }),
    );
  await put('part-0.csv', [header!, ...rows.slice(0, 70)]);
  await put('part-1.csv', [header!, ...rows.slice(70)]);
  await put('_COMPLETE', []);
  const completed = await deliverAll(system, buckets.raw, `${model}/`);
  expectText('what completes a set', completed, '"kind":"started"');
  const execution = startedBy(system, 'ingest').find(({ input }) => input.includes(`"${model}"`));
  if (execution) return execution;
  throw new InfraTestError(`expected ingest to start the execution that reads the set of ${model}`);
}

/** @throws InfraTestError when the state machine did other steps for the model, in any order */
function expectSteps({ calls }: AppliedSystem, wanted: string, steps: readonly string[]): void {
  const done = calls()
    .filter(({ actor, service }) => actor === STATE_MACHINE && service === 'lambda')
    .map(({ body }) => JSON.parse(body.toString()) as { task: string; model: string })
    .filter(({ model }) => model === wanted)
    .map(({ task }) => task);
  if (done.toSorted().join() !== steps.join())
    throw new InfraTestError(
      `the steps of the set of ${wanted}: expected ${steps.join()}, got ${done.join()}`,
    );
}
