import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BatchWriteItemCommand, type DynamoDBClient, type WriteRequest } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatasetSchema } from '../../lib/columns/dataset-schema.ts';
import { FUNCTIONS } from '../../lib/functions.ts';
import { MAX_PROBLEM_BYTES } from '../../lib/http/problem.ts';
import type { DecisionEntry } from '../../lib/registry/decisions.ts';
import { numberedKey } from '../../lib/registry/item-reads.ts';
import { itemBytes, MAX_ITEM_BYTES } from '../../lib/registry/item-size.ts';
import { recordUpload } from '../../lib/registry/uploads.ts';
import { modelPartition, type VersionEntry } from '../../lib/registry/versions.ts';
import { sha256Hex } from '../../lib/sha256.ts';
import { httpEvent } from '../helpers/http-event.ts';
import { addVersion, type ModelsApi, openModelsApi } from '../helpers/models-api.ts';
import { longText } from './widest-model.ts';

const MODEL = 'wide';
const VERSIONS = 10_000;
const REFUSALS = 75;
/** What Lambda returns at most. */
const MAX_RETURNED_BYTES = 6_291_556;

/** A schema of 999 features with names of 128 characters of three bytes; each second one has categories. */
const WIDEST: DatasetSchema = {
  columns: Array.from({ length: 999 }, (_, i) => {
    const name = longText(i);
    return i % 2 === 0
      ? { name, type: 'numeric' as const, nullable: true, min: null, max: null }
      : {
          name,
          type: 'categorical' as const,
          nullable: true,
          categories: Array.from({ length: i === 1 ? 10_000 : 30 }, (_, c) => longText(c)),
          allowed: null,
        };
  }),
  label: longText(999),
  feature_order: Array.from({ length: 999 }, (_, i) => longText(i)),
  missing_tokens: ['NA'],
  ignored: [],
};

/** Words of people and reasons of refusals may be this long. */
const REASON = '\u{1f98a}'.repeat(500);

let api: ModelsApi;
beforeAll(async () => {
  api = await openModelsApi();
  const first = await addVersion(api, MODEL, 1, {}, WIDEST);
  const { client, table } = api.registry;
  const versions = Array.from({ length: VERSIONS - 1 }, (_, i) => versionAfter(first, i + 2));
  const decisions = Array.from({ length: VERSIONS }, (_, i) => decisionOf(i + 1));
  await writeItems(client, [
    ...versions.map((entry) => ({ sk: numberedKey('VERSION', entry.version), ...entry })),
    ...decisions.map((entry) => ({ sk: numberedKey('DECISION', entry.decision), ...entry })),
  ]);
  for (let i = 0; i < REFUSALS; i++) {
    await recordUpload(table, {
      model: MODEL,
      upload_id: sha256Hex(`refused ${i}`),
      status: 'refused',
      key: `${MODEL}/${'\u6f22'.repeat(330)}.csv`,
      version_id: `id-${i}`,
      uploaded_at: new Date(Date.UTC(2026, 1, 1, 0, i)).toISOString(),
      detail: `columns: ${longText(1).repeat(100)}`,
    });
  }
});
afterAll(() => api.close());

/** The last version has everything else of the first, so that its artifact and schema are there. */
const versionAfter = (first: VersionEntry, version: number): VersionEntry => ({
  ...first,
  version,
  fingerprint: sha256Hex(`fingerprint ${version}`),
});

function decisionOf(decision: number): DecisionEntry {
  return {
    decision,
    action: decision === 1 ? 'promote' : 'rollback',
    automatic: false,
    champion: decision,
    high_water: { key: `${MODEL}/x.csv`, sequencer: null, uploaded_at: '2026-01-01T00:00:00.000Z' },
    actor: 'ann',
    reason: decision > VERSIONS - 100 ? REASON : 'looks better',
    from: decision === 1 ? null : decision - 1,
    to: decision,
    decided_at: '2026-02-01T00:00:00.000Z',
  };
}

async function writeItems(
  client: DynamoDBClient,
  items: readonly Readonly<Record<string, unknown>>[],
): Promise<void> {
  for (let from = 0; from < items.length; from += 25) {
    const requests = items.slice(from, from + 25).map((item): WriteRequest => {
      const Item = marshall({ pk: modelPartition(MODEL), ...item }, { removeUndefinedValues: true });
      expect(itemBytes(Item)).toBeLessThan(MAX_ITEM_BYTES);
      return { PutRequest: { Item } };
    });
    await client.send(new BatchWriteItemCommand({ RequestItems: { registry: requests } }));
  }
}

/** What ask-models.mjs prints. */
interface ModelsOutcome {
  readonly answers: readonly {
    readonly route: string;
    readonly status: number;
    readonly bodyBytes: number;
    readonly returnedBytes: number;
  }[];
  readonly mostMemoryMb: number;
}

interface ModelsCall {
  readonly route: string;
  readonly path?: Record<string, string>;
  readonly query?: string;
  readonly body?: unknown;
}

const TOKEN = { name: 'ann', scopes: 'read admin', expires_at: '' };

function eventOf({ route, path, query, body }: ModelsCall) {
  const event = httpEvent(route, {
    ...(path && { pathParameters: path }),
    ...(query !== undefined && { query }),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  Object.assign(event.requestContext, { authorizer: { lambda: TOKEN } });
  return event;
}

const path = { model: MODEL };
const pages = (route: string, newest: number) =>
  [undefined, 101, 5001, newest].map((before) => ({
    route,
    path,
    query: `limit=100${before === undefined ? '' : `&before=${before}`}`,
  }));
const CALLS: readonly ModelsCall[] = [
  { route: 'GET /models', query: 'limit=100' },
  { route: 'GET /models/{model}', path },
  { route: 'GET /models/{model}/champion', path },
  ...pages('GET /models/{model}/versions', VERSIONS),
  ...pages('GET /models/{model}/decisions', VERSIONS),
  { route: 'GET /models/{model}/uploads', path, query: 'limit=100' },
  { route: 'GET /models/{model}/versions/{version}', path: { ...path, version: `v${VERSIONS}` } },
  {
    route: 'PUT /models/{model}/champion',
    path,
    body: { version: 17, decision: VERSIONS, reason: REASON },
  },
  {
    route: 'PUT /models/{model}/versions/{version}/retirement',
    path: { ...path, version: '16' },
    body: { decision: VERSIONS + 1, reason: REASON },
  },
  { route: 'PUT /models/{model}/champion', path, body: { version: 16, decision: 5, reason: REASON } },
];

describe(`a model of 999 features with ${VERSIONS} versions and decisions and ${REFUSALS} refused files`, () => {
  it('is listed, described and changed within what can be returned, in half of the memory', async () => {
    const [script, bundle] = ['ask-models.mjs', '../../dist/functions/models/handler.mjs'].map((file) =>
      fileURLToPath(new URL(file, import.meta.url)),
    );
    const asked = promisify(execFile)(process.execPath, [script!, bundle!], { maxBuffer: 64 * 1024 ** 2 });
    asked.child.stdin!.end(JSON.stringify(CALLS.map(eventOf)));
    const outcome = (await asked).stdout.split('\n').find((line) => line.startsWith('{"answers":'));
    const { answers, mostMemoryMb } = JSON.parse(outcome!) as ModelsOutcome;
    expect(answers.map(({ route, status }) => `${route} ${status}`)).toEqual(
      CALLS.map(({ route }, at) => `${route} ${at === CALLS.length - 1 ? 409 : 200}`),
    );
    const large = answers.filter(
      ({ status, bodyBytes, returnedBytes }) =>
        returnedBytes > MAX_RETURNED_BYTES || (status >= 400 && bodyBytes > MAX_PROBLEM_BYTES),
    );
    expect(large).toEqual([]);
    expect(mostMemoryMb).toBeLessThan(FUNCTIONS.models.memoryMb / 2);
  });
});
