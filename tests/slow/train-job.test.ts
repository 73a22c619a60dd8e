import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { StateMachine } from 'aws-local-stepfunctions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manifestKey } from '../../lib/dataset/manifest.ts';
import { attemptsAt, trainingTask } from '../../lib/registry/attempts.ts';
import { RegistryTable } from '../../lib/registry/table.ts';
import { getUpload, type UploadEntry } from '../../lib/registry/uploads.ts';
import { type VersionEntry, versionLog } from '../../lib/registry/versions.ts';
import { sha256Hex } from '../../lib/sha256.ts';
import { createdEvent } from '../../lib/storage/created-event.ts';
import type { ModelReport } from '../../lib/training/model-report.ts';
import DEFINITION from '../../terraform/state-machines/train.asl.json' with { type: 'json' };
import { containerEnvironment } from '../helpers/container-environment.ts';
import { eventually, startTestStack, type TestStack } from '../helpers/stack.ts';
import { threeClasses } from '../helpers/three-classes.ts';

const dist = (path: string) => fileURLToPath(new URL(`../../dist/${path}`, import.meta.url));
/** As the image's ENTRYPOINT has it. */
const COMMAND = [dist('train-job/train.mjs'), dist('functions/train/handler.mjs')];
const fixture = (name: string) =>
  fileURLToPath(new URL(`../helpers/lambda-fixtures/${name}.mjs`, import.meta.url));
/** An event that a handler may look at, of an object that is not there. */
const ANY_EVENT = JSON.stringify(
  createdEvent({
    bucket: 'b',
    key: `m/${'0'.repeat(64)}/manifest.json`,
    createdAt: '2026-01-01T00:00:00.000Z',
  }),
);

let stack: TestStack;
let s3: S3Client;
let table: RegistryTable;
beforeAll(async () => {
  // A third of a second of work: what a table of a few thousand rows exceeds.
  stack = await startTestStack(undefined, { functionSettings: { train: { TRAINING_SECONDS: '1' } } });
  s3 = new S3Client({ endpoint: stack.urls.s3 });
  table = new RegistryTable(new DynamoDBClient({ endpoint: stack.urls.dynamodb }), 'classifier-registry');
});
afterAll(() => stack.dispose());

/** Sends a file, and waits until the function has trained on it. */
async function trained(model: string, body: string | Uint8Array): Promise<UploadEntry> {
  await s3.send(new PutObjectCommand({ Bucket: 'classifier-raw', Key: `${model}/a.csv`, Body: body }));
  return await eventually(`a training of ${model}`, async () => {
    for await (const item of table.list(`MODEL#${model}`, 'UPLOAD#')) {
      const entry = await getUpload(table, model, String(item.upload_id));
      if (entry && !['received', 'accepted'].includes(entry.status)) return entry;
    }
    return undefined;
  });
}

const eventOf = ({ model, upload_id, uploaded_at }: UploadEntry) =>
  JSON.stringify(
    createdEvent({
      bucket: 'classifier-processed',
      key: manifestKey(model, upload_id),
      createdAt: uploaded_at,
    }),
  );

/** Starts the container's command, with the environment that its job definition gives it. */
function start(args: readonly string[], env: Readonly<Record<string, string>> = {}, command = COMMAND) {
  const job = spawn(process.execPath, [...command, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...containerEnvironment(stack),
      TRAINING_SECONDS: '900',
      TRAINING_MEMORY_MB: '3008',
      POWERTOOLS_LOG_LEVEL: 'SILENT',
      ...env,
    },
  });
  let said = '';
  job.stderr!.setEncoding('utf8').on('data', (chunk) => {
    said += chunk;
  });
  const ended = once(job, 'close').then(([code]) => ({ code: code as number | null, said }));
  return { job, ended };
}

const runOn = (entry: UploadEntry, env?: Readonly<Record<string, string>>) =>
  start([eventOf(entry)], env).ended;

async function artifactOf({ artifact_key: Key }: VersionEntry): Promise<string> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'classifier-models', Key }));
  return sha256Hex(await Body!.transformToByteArray());
}

async function reportOf({ report_key: Key }: VersionEntry): Promise<ModelReport> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'classifier-models', Key }));
  return JSON.parse(await Body!.transformToString()) as ModelReport;
}

describe('the command of the container that trains', () => {
  it('trains the same artifact as the function, byte for byte, and twice is one version', async () => {
    const entry = await trained('same', await readFile(new URL('../../data/raw/iris.csv', import.meta.url)));
    const [version] = await versionLog(table, 'same');
    const Key = version!.artifact_key;
    await s3.send(new DeleteObjectCommand({ Bucket: 'classifier-models', Key }));
    expect(await runOn(entry)).toEqual({ code: 0, said: '' });
    expect(await artifactOf(version!)).toBe(version!.artifact_sha256);
    expect(await runOn(entry)).toEqual({ code: 0, said: '' });
    expect(await versionLog(table, 'same')).toHaveLength(1);
  });

  it('uses the rows that the bounds of the function leave out, and stops and goes on as it is told', async () => {
    const entry = await trained('wide', threeClasses(8000, 11));
    const [narrow] = await versionLog(table, 'wide');
    const { all, trained: sampled } = (await reportOf(narrow!)).rows;
    expect(all).toBe(8000);
    expect(sampled).toBeLessThan(2000);
    const { job, ended } = start([eventOf(entry)]);
    await eventually('the attempt', async () => {
      const { begun } = await attemptsAt(table, trainingTask('wide', entry.upload_id));
      return begun.size === 2 ? true : undefined;
    });
    job.kill('SIGTERM');
    expect(await ended).toEqual({ code: 143, said: 'stopped by SIGTERM; it can be run again\n' });
    expect(await versionLog(table, 'wide')).toHaveLength(1);

    expect(await runOn(entry)).toEqual({ code: 0, said: '' });
    const [, whole] = await versionLog(table, 'wide');
    const { rows, estimate } = await reportOf(whole!);
    expect(rows.trained ?? rows.all).toBe(8000);
    expect(estimate).toMatchObject({ max_work_seconds: 300, thinned: [] });
    expect(await artifactOf(whole!)).toBe(whole!.artifact_sha256);
  });

  it('tells what failed, and the registry why when it has failed for good', async () => {
    const entry = await trained('broken', threeClasses(2000, 12));
    const failing = { MODELS_BUCKET: 'no-such-bucket' };
    for (let attempt = 2; attempt <= 3; attempt += 1) {
      const { code, said } = await runOn(entry, failing);
      expect(code).toBe(1);
      expect(said).toMatch(/bucket/i);
    }
    const { failed } = await attemptsAt(table, trainingTask('broken', entry.upload_id));
    expect(failed.size).toBe(2);
    const fourth = await runOn(entry);
    expect(fourth.code).toBe(0);
    expect(await versionLog(table, 'broken')).toHaveLength(1);
  });

  it('ends with 3 and the reason where the data cannot be learnt from, or 0 where that is acknowledged', async () => {
    const entry = await trained('tiny', 'a,label\n1,x\n2,y\n');
    expect(entry.status).toBe('training_failed');
    const { code, said } = await runOn(entry);
    expect({ code, said }).toEqual({ code: 3, said: `the training failed: ${entry.detail}\n` });
    expect((await start(['--acknowledge', eventOf(entry)]).ended).code).toBe(0);
  });

  it('ends a training that takes longer than it may, or is told to stop, however busy it is', async () => {
    const busy = [COMMAND[0]!, fixture('never-pauses')];
    const { ended } = start([ANY_EVENT], { TRAINING_SECONDS: '1' }, busy);
    expect(await ended).toEqual({
      code: 1,
      said: 'busy\nthe training took longer than 1 s, and was ended\n',
    });
    const stopped = start([ANY_EVENT], {}, busy);
    await once(stopped.job.stderr!, 'data');
    stopped.job.kill('SIGTERM');
    expect(await stopped.ended).toEqual({
      code: 143,
      said: 'busy\nstopped by SIGTERM; it can be run again\n',
    });
  });

  it('survives a training that needs more memory than there is, and says so', async () => {
    const filling = [COMMAND[0]!, fixture('fills-memory')];
    const { code, said } = await start([ANY_EVENT], { TRAINING_MEMORY_MB: '1024' }, filling).ended;
    expect(code).toBe(1);
    expect(said).toMatch(/heap out of memory/);
    expect(said).toMatch(/the training was ended by SIG\w+: it had too little memory, or was killed\n$/);
  });

  it('says how it is started, and which settings are wrong', async () => {
    for (const args of [[], ['{'], ['{"Records":[]}'], ['[]'], ['{}', 'more']]) {
      const { code, said } = await start(args).ended;
      expect(code, args.join(' ')).toBe(2);
      expect(said).toContain('Usage: node train.mjs');
    }
    const { code, said } = await start([ANY_EVENT], { TRAINING_SECONDS: 'soon', REGISTRY_TABLE: '' }).ended;
    expect(code).toBe(1);
    expect(said).toContain('TRAINING_SECONDS');
  });
});

/** Runs the state machine, whose job is the command. @returns the codes of its jobs, and what was kept */
async function runMachine(entry: UploadEntry, env?: Readonly<Record<string, string>>) {
  const codes: (number | null)[] = [];
  const kept: unknown[] = [];
  const machine = new StateMachine(DEFINITION as never);
  const handlers = {
    Train: async ({ ContainerOverrides }: { ContainerOverrides: { Command: string[] } }) => {
      const { code, said } = await start(ContainerOverrides.Command, env).ended;
      codes.push(code);
      if (code !== 0) throw Object.assign(new Error(said), { name: 'States.TaskFailed' });
      return {};
    },
    KeepEvent: async ({ MessageBody }: { MessageBody: unknown }) => {
      kept.push(MessageBody);
      return {};
    },
  };
  const { result } = machine.run(JSON.parse(eventOf(entry)), {
    overrides: { taskResourceLocalHandlers: handlers as never, retryIntervalOverrides: { Train: 0 } },
    context: { Execution: { Name: entry.upload_id } } as never,
  });
  const hasSucceeded = await result.then(
    () => true,
    () => false,
  );
  return { codes, kept, hasSucceeded };
}

describe('the state machine, with the command as its job', () => {
  it('ends with a version, and acknowledges what cannot be learnt from', async () => {
    const entry = await trained('machine', threeClasses(3000, 14));
    expect(await runMachine(entry)).toEqual({ codes: [0], kept: [], hasSucceeded: true });
    expect(await versionLog(table, 'machine')).toHaveLength(2);
    const hopeless = await trained('hopeless', 'a,label\n1,x\n2,y\n');
    expect(await runMachine(hopeless)).toEqual({ codes: [0], kept: [], hasSucceeded: true });
  });

  it('keeps the event of a training that fails, begun three times with the one of the function', async () => {
    const entry = await trained('failing', threeClasses(2000, 15));
    const { codes, kept, hasSucceeded } = await runMachine(entry, { MODELS_BUCKET: 'no-such-bucket' });
    // The third is not begun: the registry has the result of the function.
    expect({ codes, kept, hasSucceeded }).toEqual({ codes: [1, 1, 0], kept: [], hasSucceeded: true });
    const unread = { ...entry, upload_id: 'f'.repeat(64) };
    const lost = await runMachine(unread);
    expect(lost).toEqual({ codes: [1, 1, 1], kept: [JSON.parse(eventOf(unread))], hasSucceeded: false });
    expect(await getUpload(table, 'failing', unread.upload_id)).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('failed 3 times'),
    });
  });
});
