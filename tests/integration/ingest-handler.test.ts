import { readFileSync } from 'node:fs';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { S3Event } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { uploadId } from '../../lib/dataset/manifest.ts';
import { getUpload } from '../../lib/registry/uploads.ts';
import { openS3Fixture, type S3Fixture } from '../contract/s3-fixture.ts';
import { captureOutput } from '../helpers/captured-output.ts';
import { openTestRegistry, type TestRegistry } from '../helpers/dynamodb.ts';
import { LAMBDA_CONTEXT } from '../helpers/http-event.ts';

const fixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`../events/${name}.json`, import.meta.url), 'utf8')) as S3Event;

type Handler = typeof import('../../functions/ingest/handler.ts')['handler'];

const RAW = 'classifier-raw';
const PROCESSED = 'classifier-processed';
const TABLE = 'x,y,label\n1,2,a\n2,3,b\n3,4,a\n4,5,b\n';

const output = captureOutput();
let s3: S3Fixture;
let registry: TestRegistry;
let handler: Handler;
beforeAll(async () => {
  s3 = await openS3Fixture({
    buckets: [
      { name: RAW, versioned: true, notifications: [] },
      { name: PROCESSED, versioned: true, notifications: [] },
    ],
  });
  registry = await openTestRegistry();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_S3: s3.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: registry.endpoint,
    PROCESSED_BUCKET: PROCESSED,
    REGISTRY_TABLE: 'registry',
    MAX_FILE_BYTES: '1000',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    // One attempt: a fault that a test makes is not to be waited for.
    AWS_MAX_ATTEMPTS: '1',
  });
  ({ handler } = await import('../../functions/ingest/handler.ts'));
});
afterEach(() => {
  vi.restoreAllMocks();
  output.clear();
});
afterAll(async () => {
  await Promise.all([s3.remove(), registry.close()]);
});

const invoke = (event: S3Event) => handler(event, LAMBDA_CONTEXT);

/** Uploads a body for each record of an event, and names in it what S3 made of them. */
async function uploaded(event: S3Event, bodies: readonly string[]): Promise<S3Event> {
  for (const [i, { s3: named }] of event.Records.entries()) {
    const key = decodeURIComponent(named.object.key.replaceAll('+', ' '));
    const { VersionId } = await s3.client.send(
      new PutObjectCommand({ Bucket: RAW, Key: key, Body: bodies[i] ?? TABLE }),
    );
    named.object.versionId = VersionId!;
  }
  return event;
}

const idOf = ({ Records }: S3Event, record: number) =>
  uploadId(
    decodeURIComponent(Records[record]!.s3.object.key.replaceAll('+', ' ')),
    Records[record]!.s3.object.versionId!,
  );

async function statusOf(event: S3Event, record: number, model = 'default'): Promise<string | undefined> {
  return (await getUpload(registry.table, model, idOf(event, record)))?.status;
}

/** Breaks every read of one key from the raw bucket, as an overloaded S3 does. */
function breakReadsOf(key: string) {
  const send = S3Client.prototype.send as (...args: unknown[]) => Promise<unknown>;
  return vi.spyOn(S3Client.prototype, 'send').mockImplementation(function (
    this: S3Client,
    ...args: unknown[]
  ) {
    const [command] = args;
    if (command instanceof GetObjectCommand && command.input.Bucket === RAW && command.input.Key === key)
      return Promise.reject(
        Object.assign(new Error('Please reduce your request rate.'), { name: 'SlowDown' }),
      );
    return send.apply(this, args);
  } as typeof S3Client.prototype.send);
}

describe('the ingest function', () => {
  it('takes every record of one event in, each with a verdict of its own', async () => {
    const event = await uploaded(fixture('s3-several'), [TABLE, 'x,label\n', TABLE.repeat(40)]);
    expect(await invoke(event)).toEqual({
      outcomes: [
        { key: 'a.csv', kind: 'accepted', manifestKey: `default/${idOf(event, 0)}/manifest.json` },
        { key: 'b.csv', kind: 'refused', code: 'no_rows', reportKey: refusalKey(event, 1) },
        { key: 'c.csv', kind: 'refused', code: 'size', reportKey: refusalKey(event, 2) },
      ],
    });
    const statuses = await Promise.all([0, 1, 2].map((record) => statusOf(event, record)));
    expect(statuses).toEqual(['accepted', 'refused', 'refused']);
  });

  const refusalKey = (event: S3Event, record: number) => `default/refused/${idOf(event, record)}/report.json`;

  it('decodes the key of its event', async () => {
    const event = await uploaded(fixture('s3-encoded-key'), []);
    expect(await invoke(event)).toMatchObject({ outcomes: [{ key: 'a b+c d.csv', kind: 'accepted' }] });
    expect(await statusOf(event, 0)).toBe('accepted');
  });

  it('counts the rows of a file once, however often its event is delivered', async () => {
    const event = await uploaded(fixture('s3-put'), []);
    await invoke(event);
    expect(output.lines()).toEqual([expect.objectContaining({ RowsAccepted: 4, model: 'wine' })]);
    expect(await invoke(event)).toEqual({ outcomes: [{ key: 'wine/x.csv', kind: 'done_before' }] });
    expect(output.lines()).toHaveLength(1);
  });

  it('counts the rows of a file, and a refusal, once when two deliveries run at the same time', async () => {
    const event = await uploaded(fixture('s3-several'), [TABLE, 'x,label\n']);
    await Promise.all([invoke(event), invoke(structuredClone(event))]);
    const counted = output.lines();
    expect(counted.filter(({ RowsAccepted }) => RowsAccepted === 4)).toHaveLength(2);
    expect(counted.filter(({ FilesRefused }) => FilesRefused === 1)).toHaveLength(1);
  });

  it("acknowledges S3's test event, and events other than a creation", async () => {
    expect(await invoke(fixture('s3-test-event'))).toEqual({ outcomes: [] });
    expect(await invoke(fixture('s3-removed'))).toEqual({ outcomes: [] });
  });

  it('takes the others in when one meets a fault, and fails, so that the event is tried again', async () => {
    const event = await uploaded(fixture('s3-several'), []);
    const broken = breakReadsOf('b.csv');
    await expect(invoke(event)).rejects.toThrow('1 object(s) could not be ingested');
    await expect(invoke(event)).rejects.toMatchObject({ errors: [{ name: 'SlowDown' }] });
    const statuses = await Promise.all([0, 1, 2].map((record) => statusOf(event, record)));
    expect(statuses).toEqual(['accepted', 'received', 'accepted']);

    broken.mockRestore();
    expect(await invoke(event)).toMatchObject({
      outcomes: [{ kind: 'done_before' }, { kind: 'accepted' }, { kind: 'done_before' }],
    });
  });

  it('records a file as gone, and refuses nothing, when the contract that held on its receipt is deleted', async () => {
    const contract = { Bucket: RAW, Key: 'wine/schema.json' };
    const { VersionId } = await s3.client.send(
      new PutObjectCommand({ ...contract, Body: '{"label":"label"}' }),
    );
    const event = await uploaded(fixture('s3-put'), []);
    const broken = breakReadsOf('wine/x.csv');
    await expect(invoke(event)).rejects.toThrow('1 object(s)');
    broken.mockRestore();
    await s3.client.send(new DeleteObjectCommand({ ...contract, VersionId: VersionId! }));
    // A refusal would stand beside the manifest of a delivery that had read the contract before.
    expect(await invoke(event)).toEqual({ outcomes: [{ key: 'wine/x.csv', kind: 'gone' }] });
    const entry = await getUpload(registry.table, 'wine', idOf(event, 0));
    expect(entry).toMatchObject({
      status: 'gone',
      detail: expect.stringContaining(`Version ${VersionId} of schema.json`),
    });
    const left = await s3.client.send(
      new ListObjectsV2Command({ Bucket: PROCESSED, Prefix: `wine/refused/${idOf(event, 0)}` }),
    );
    expect(left.KeyCount).toBe(0);
  });

  it('fails on a key that is no percent-encoding, and leaves nothing of the event', async () => {
    const before = await s3.client.send(new ListObjectsV2Command({ Bucket: PROCESSED }));
    await expect(invoke(fixture('s3-malformed-key'))).rejects.toThrow(URIError);
    const after = await s3.client.send(new ListObjectsV2Command({ Bucket: PROCESSED }));
    expect(after.KeyCount).toBe(before.KeyCount);
  });

  it('fails on what is no event of S3', async () => {
    await expect(invoke({ Records: [{}] } as S3Event)).rejects.toThrow('not an S3 event notification');
  });
});
