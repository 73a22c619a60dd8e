import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { S3Event } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { DatasetSchema } from '../../lib/columns/dataset-schema.ts';
import { uploadId } from '../../lib/dataset/manifest.ts';
import type { IngestReport } from '../../lib/dataset/report.ts';
import { appendDecision } from '../../lib/registry/decisions.ts';
import { getUpload } from '../../lib/registry/uploads.ts';
import { schemaObject } from '../../lib/registry/version-schema.ts';
import { registerVersion } from '../../lib/registry/versions.ts';
import { openS3Fixture, type S3Fixture } from '../contract/s3-fixture.ts';
import { captureOutput } from '../helpers/captured-output.ts';
import { openTestRegistry, type TestRegistry } from '../helpers/dynamodb.ts';
import { LAMBDA_CONTEXT } from '../helpers/http-event.ts';
import { versionDraft } from '../helpers/version-draft.ts';

const fixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`../events/${name}.json`, import.meta.url), 'utf8')) as S3Event;

type Handler = typeof import('../../functions/ingest/handler.ts')['handler'];

const RAW = 'classifier-raw';
const PROCESSED = 'classifier-processed';
const TABLE = 'x,y,label\n1,2,a\n2,3,b\n3,4,a\n4,5,b\n';

const SCHEMA: DatasetSchema = {
  columns: [
    { name: 'x', type: 'numeric', nullable: false, min: null, max: null },
    { name: 'y', type: 'numeric', nullable: false, min: null, max: null },
  ],
  label: 'label',
  feature_order: ['x', 'y'],
  missing_tokens: [],
  ignored: [],
};
const FIRST_PROMOTION = {
  action: 'promote',
  automatic: false,
  champion: 1,
  high_water: null,
  actor: 'ann',
  reason: 'test',
  from: null,
  to: 1,
  decided_at: '2026-01-01T00:00:00.000Z',
} as const;

const output = captureOutput();
let s3: S3Fixture;
let registry: TestRegistry;
let handler: Handler;
beforeAll(async () => {
  s3 = await openS3Fixture({
    buckets: [
      { name: RAW, versioned: true, notifications: [] },
      { name: PROCESSED, versioned: true, notifications: [] },
      { name: 'classifier-models', versioned: true, notifications: [] },
    ],
  });
  registry = await openTestRegistry();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_S3: s3.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: registry.endpoint,
    PROCESSED_BUCKET: PROCESSED,
    MODELS_BUCKET: 'classifier-models',
    REGISTRY_TABLE: 'registry',
    SET_STATE_MACHINE: 'arn:aws:states:us-east-1:000000000000:stateMachine:classifier-ingest-set',
    MAX_FILE_BYTES: '1000',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    // No retries: the tests cause faults on purpose, and retries would only delay them.
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

/** Uploads a body for each record of an event, and puts the versions that S3 assigned into the event. */
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

/** @param contract the schema.json that applies to the file */
const idOf = ({ Records }: S3Event, record: number, contract?: string) =>
  uploadId(
    decodeURIComponent(Records[record]!.s3.object.key.replaceAll('+', ' ')),
    Records[record]!.s3.object.versionId!,
    contract === undefined ? null : createHash('sha256').update(contract).digest('hex'),
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
  it('ingests every record of an event and gives each its own verdict', async () => {
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

  it('ingests the other records when one fails, and then fails itself, so that the event is retried', async () => {
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

  it('fails for good after three attempts, says why, and does not begin a fourth', async () => {
    const event = await put('wine/unreadable.csv', TABLE);
    const broken = breakReadsOf('wine/unreadable.csv');
    for (const _ of [1, 2, 3])
      await expect(invoke(event)).rejects.toMatchObject({ errors: [{ name: 'SlowDown' }] });
    const calls = broken.mock.calls.length;
    expect(await invoke(event)).toMatchObject({ outcomes: [{ kind: 'done_before' }] });
    expect(broken.mock.calls.length).toBe(calls);
    expect(await getUpload(registry.table, 'wine', idOf(event, 0))).toMatchObject({
      status: 'failed',
      detail:
        'Reading it failed 3 times, the last time with: Please reduce your request rate. Mend the cause, then upload the file again.',
    });
  });

  it("takes the champion's order of features, which lies in the models bucket", async () => {
    const schema = { ...SCHEMA, feature_order: ['y', 'x'] };
    const { key, sha256, text } = schemaObject('order-of', '0'.repeat(64), schema);
    await s3.client.send(new PutObjectCommand({ Bucket: 'classifier-models', Key: key, Body: text }));
    const stored = { schema_key: key, schema_sha256: sha256 };
    await registerVersion(registry.table, { ...versionDraft('order-of', '1'), ...stored });
    await appendDecision(registry.table, 'order-of', undefined, FIRST_PROMOTION);
    const event = await put('order-of/x.csv', TABLE);
    expect(await invoke(event)).toMatchObject({ outcomes: [{ kind: 'accepted' }] });
    const manifest = await json(`order-of/${idOf(event, 0)}/manifest.json`);
    expect(manifest).toMatchObject({ schema: { feature_order: ['y', 'x'] } });
    const { basis } = (await getUpload(registry.table, 'order-of', idOf(event, 0)))!;
    expect(basis).toEqual({ contract_version_id: null, champion: 1 });
  });

  it('records a file as gone, and refuses nothing, when its contract was deleted after receipt', async () => {
    const contract = { Bucket: RAW, Key: 'wine/schema.json' };
    const { VersionId } = await s3.client.send(
      new PutObjectCommand({ ...contract, Body: '{"label":"label"}' }),
    );
    const event = await uploaded(fixture('s3-put'), []);
    const broken = breakReadsOf('wine/x.csv');
    await expect(invoke(event)).rejects.toThrow('1 object(s)');
    broken.mockRestore();
    await s3.client.send(new DeleteObjectCommand({ ...contract, VersionId: VersionId! }));
    // An earlier delivery may have read the contract: a refusal would contradict its manifest.
    expect(await invoke(event)).toEqual({ outcomes: [{ key: 'wine/x.csv', kind: 'gone' }] });
    const id = idOf(event, 0, '{"label":"label"}');
    const entry = await getUpload(registry.table, 'wine', id);
    expect(entry).toMatchObject({
      status: 'gone',
      detail: expect.stringContaining(`Version ${VersionId} of schema.json`),
    });
    const left = await s3.client.send(
      new ListObjectsV2Command({ Bucket: PROCESSED, Prefix: `wine/refused/${id}` }),
    );
    expect(left.KeyCount).toBe(0);
  });

  it('fails on a key with invalid percent-encoding, and stores nothing of the event', async () => {
    const before = await s3.client.send(new ListObjectsV2Command({ Bucket: PROCESSED }));
    await expect(invoke(fixture('s3-malformed-key'))).rejects.toThrow(URIError);
    const after = await s3.client.send(new ListObjectsV2Command({ Bucket: PROCESSED }));
    expect(after.KeyCount).toBe(before.KeyCount);
  });

  it('fails on input that is not an S3 event', async () => {
    await expect(invoke({ Records: [{}] } as S3Event)).rejects.toThrow('not an S3 event notification');
  });
});

/** Uploads an object to the raw bucket and returns its event. */
async function put(
  key: string,
  body: string | Uint8Array,
  metadata: Record<string, string> = {},
): Promise<S3Event> {
  const event = fixture('s3-put');
  event.Records[0]!.s3.object.key = encodeURIComponent(key).replaceAll('%2F', '/');
  const { VersionId } = await s3.client.send(
    new PutObjectCommand({ Bucket: RAW, Key: key, Body: body, Metadata: metadata }),
  );
  event.Records[0]!.s3.object.versionId = VersionId!;
  return event;
}

async function processed(key: string): Promise<string> {
  const { Body } = await s3.client.send(new GetObjectCommand({ Bucket: PROCESSED, Key: key }));
  return await Body!.transformToString();
}

const json = async <T = Record<string, unknown>>(key: string) => JSON.parse(await processed(key)) as T;

/** The file is refused until a contract names the label column. */
const MEASURED = `kind,weight\n${Array.from({ length: 60 }, (_, i) => `${i % 2 ? 'a' : 'b'},${i}.5`).join('\n')}\n`;
const NAMES_LABEL = '{"label":"kind"}';

describe('a contract that arrives', () => {
  it('is applied at once: the newest file is read again under it, once, and takes its place in the order of uploads', async () => {
    const file = await put('late/x.csv', MEASURED);
    expect(await invoke(file)).toMatchObject({ outcomes: [{ kind: 'refused', code: 'regression' }] });
    const contract = await put('late/schema.json', NAMES_LABEL);
    const id = idOf(file, 0, NAMES_LABEL);
    const manifestKey = `late/${id}/manifest.json`;
    expect(await invoke(contract)).toEqual({
      outcomes: [
        {
          key: 'late/schema.json',
          kind: 'applied',
          effect: 'read_again',
          reading: { kind: 'accepted', manifestKey },
        },
      ],
    });
    const manifest = await json(manifestKey);
    const entry = await getUpload(registry.table, 'late', idOf(contract, 0));
    expect(entry).toMatchObject({ status: 'applied', detail: expect.stringContaining('was read again') });
    expect(manifest).toMatchObject({
      label: 'kind',
      contract: { version_id: contract.Records[0]!.s3.object.versionId },
      understood: { label_chosen_by: 'contract', ignored: [] },
      source: { key: 'late/x.csv', sequencer: null, uploaded_at: entry!.uploaded_at },
    });
    for (const event of [contract, file])
      expect(await invoke(event)).toMatchObject({ outcomes: [{ kind: 'done_before' }] });
    expect(await json(manifestKey)).toEqual(manifest);
    expect(await statusOf(file, 0, 'late')).toBe('refused');
  });

  it('that is faulty is refused on arrival and counted once', async () => {
    const contract = await put('faulty/schema.json', '{"lable":"x"}');
    const reportKey = `faulty/refused/${idOf(contract, 0)}/report.json`;
    expect(await invoke(contract)).toEqual({
      outcomes: [{ key: 'faulty/schema.json', kind: 'refused', code: 'contract', reportKey }],
    });
    expect(await invoke(contract)).toMatchObject({ outcomes: [{ kind: 'done_before' }] });
    expect(await json(reportKey)).toMatchObject({
      code: 'contract',
      message: expect.stringContaining('"lable"'),
      fix: null,
      source: { key: 'faulty/schema.json' },
    });
    expect(output.lines().filter(({ FilesRefused }) => FilesRefused === 1)).toHaveLength(1);
    expect(await getUpload(registry.table, 'faulty', idOf(contract, 0))).toMatchObject({
      status: 'refused',
      detail: expect.stringMatching(/^contract: schema.json is invalid/),
    });
  });

  it.each([
    ['deep', '['.repeat(100_000), '32 levels'],
    ['large', ' '.repeat(1024 ** 2 + 1), '1048576 bytes'],
  ])('that is too %s is refused', async (model, body, message) => {
    const contract = await put(`${model}/schema.json`, body);
    expect(await invoke(contract)).toMatchObject({ outcomes: [{ kind: 'refused', code: 'contract' }] });
    expect(await json(`${model}/refused/${idOf(contract, 0)}/report.json`)).toMatchObject({
      message: expect.stringContaining(message),
    });
  });

  it('applies to later files, also when it arrives before any file or before the delivery of one', async () => {
    const first = await put('early/schema.json', NAMES_LABEL);
    expect(await invoke(first)).toMatchObject({ outcomes: [{ kind: 'applied', effect: 'no_file' }] });
    const file = await put('early/x.csv', MEASURED);
    const second = await put('early/schema.json', '{"label":"kind","ignore":["nothing"]}');
    expect(await invoke(second)).toMatchObject({ outcomes: [{ kind: 'applied', effect: 'held_already' }] });
    expect(await invoke(file)).toMatchObject({ outcomes: [{ kind: 'refused', code: 'schema' }] });
    const third = await put('early/schema.json', NAMES_LABEL);
    // The second contract's event arrives again. The contract no longer applies, but its effect remains.
    expect(await invoke(second)).toMatchObject({ outcomes: [{ kind: 'done_before' }] });
    expect(await invoke(third)).toMatchObject({
      outcomes: [{ effect: 'read_again', reading: { kind: 'accepted' } }],
    });
  });

  it('that arrives late, when a newer one applies, changes nothing', async () => {
    const older = await put('order/schema.json', '{"label":"weight"}');
    const newer = await put('order/schema.json', NAMES_LABEL);
    const file = await put('order/x.csv', MEASURED);
    expect(await invoke(older)).toMatchObject({ outcomes: [{ kind: 'applied', effect: 'superseded' }] });
    expect(await invoke(newer)).toMatchObject({ outcomes: [{ kind: 'applied', effect: 'held_already' }] });
    expect(await invoke(file)).toMatchObject({ outcomes: [{ kind: 'accepted' }] });
  });

  it('at the root of the bucket applies to the files there', async () => {
    const contract = await put('schema.json', '{"ignore":["x"],"label":"label"}');
    const { outcomes } = await invoke(contract);
    expect(outcomes).toMatchObject([{ kind: 'applied' }]);
    await s3.client.send(
      new DeleteObjectCommand({
        Bucket: RAW,
        Key: 'schema.json',
        VersionId: contract.Records[0]!.s3.object.versionId!,
      }),
    );
  });
});

describe('files of one model that came in the same second', () => {
  it('are each a whole data set, and the report says so', async () => {
    for (let pair = 0; ; pair++) {
      const keys = [`second${pair}/a.csv`, `second${pair}/b.csv`] as const;
      const [first, second] = [await put(keys[0], TABLE), await put(keys[1], TABLE)];
      const heads = await Promise.all(
        keys.map((Key) => s3.client.send(new HeadObjectCommand({ Bucket: RAW, Key }))),
      );
      const [a, b] = heads.map(({ LastModified }) => LastModified!.getTime());
      // The next pair may lie within one second.
      if (a !== b) continue;
      for (const event of [first, second]) {
        const [outcome] = (await invoke(event)).outcomes as { manifestKey: string }[];
        const reportKey = outcome!.manifestKey.replace('manifest.json', 'report.json');
        const { warnings } = await json<Pick<IngestReport, 'warnings'>>(reportKey);
        const other = event === first ? '"b.csv"' : '"a.csv"';
        expect(warnings.find(({ code }) => code === 'same_second')?.message).toContain(
          `${other} came in the same second: each file is a whole data set`,
        );
      }
      return;
    }
  });
});

describe('the metadata and report of a file', () => {
  it('can name the label', async () => {
    const event = await put('meta/x.csv', MEASURED, { label: 'kind' });
    const { outcomes } = await invoke(event);
    expect(outcomes).toMatchObject([{ kind: 'accepted' }]);
    const manifest = await json((outcomes![0] as { manifestKey: string }).manifestKey);
    expect(manifest).toMatchObject({ label: 'kind', understood: { label_chosen_by: 'metadata' } });
    const entry = await getUpload(registry.table, 'meta', idOf(event, 0));
    expect(entry?.basis).toMatchObject({ label: 'kind', contract_version_id: null });
  });

  it('keep, for a refused file, what was understood, what to do, and the rows that explain it', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => (i % 3 ? `${i}.5,${i},${i % 2}` : `${i}.5,${i},0,1`));
    const body = `a,b,label\n${rows.join('\n')}\n`;
    const event = await put('bad/x.csv', body);
    expect(await invoke(event)).toMatchObject({ outcomes: [{ kind: 'refused', code: 'rejected_share' }] });
    const folder = `bad/refused/${idOf(event, 0)}`;
    expect(await json(`${folder}/report.json`)).toMatchObject({
      code: 'rejected_share',
      understood: { format: 'csv', delimiter: ',', label: { name: 'label', chosen_by: 'name' } },
      rejects: `${folder}/rejects.csv`,
    });
    const rejects = (await processed(`${folder}/rejects.csv`)).trim().split(/\r?\n/);
    expect(rejects).toHaveLength(1 + 14);
    const left = await s3.client.send(
      new ListObjectsV2Command({ Bucket: PROCESSED, Prefix: `bad/${idOf(event, 0)}` }),
    );
    expect(left.KeyCount).toBe(0);
  });

  it('hold no second copy of the rejects of an accepted file', async () => {
    const event = await put('good/x.csv', TABLE);
    await invoke(event);
    const left = await s3.client.send(new ListObjectsV2Command({ Bucket: PROCESSED, Prefix: 'good/' }));
    expect(left.Contents!.map(({ Key }) => Key!.split('/').at(-1))).toEqual([
      'data.parquet',
      'manifest.json',
      'rejects.csv',
      'report.html',
      'report.json',
    ]);
  });

  it('refuse Content-Encoding and say what to do', async () => {
    const event = fixture('s3-put');
    const { VersionId } = await s3.client.send(
      new PutObjectCommand({ Bucket: RAW, Key: 'wine/x.csv', Body: TABLE, ContentEncoding: 'gzip' }),
    );
    event.Records[0]!.s3.object.versionId = VersionId!;
    expect(await invoke(event)).toMatchObject({ outcomes: [{ kind: 'refused', code: 'type' }] });
    expect(await json(`wine/refused/${idOf(event, 0)}/report.json`)).toMatchObject({
      fix: expect.stringContaining('.csv.gz'),
    });
  });
});
