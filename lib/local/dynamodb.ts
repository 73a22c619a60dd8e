import type { Server } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import dynalite from 'dynalite';
import dynaliteDb from 'dynalite/db/index.js';
import { Level } from 'level';
import { itemBytes } from '../registry/item-size.ts';

type Read = { close(): Promise<void>; return?: () => Promise<void> };
type StartRead = (this: unknown, ...options: unknown[]) => Read;

/**
 * dynalite 4.0.0 ends a read with `iterator.return()`, which LevelDB's iterators do not have (they have
 * `close()`). So every Query and Scan kept 10 KB until the process ended. dynalite creates its database
 * itself, so only the class can be patched.
 */
function endReads(): void {
  const prototype = Level.prototype as unknown as Record<'keys' | 'values', StartRead>;
  for (const method of ['keys', 'values'] as const) {
    const start = prototype[method];
    prototype[method] = function (...options) {
      const read = start.apply(this, options);
      read.return = () => read.close();
      return read;
    };
  }
}

endReads();

/**
 * dynalite counts the code units of texts, so that it takes items of Chinese or Arabic text that DynamoDB
 * refuses. Its checks of an item's size call this function.
 */
dynaliteDb.itemSize = itemBytes;

/** The local DynamoDB: dynalite with its own LevelDB below `folder`. It does not listen yet. */
export function openDynamoDb(folder: string): Server {
  return dynalite({ path: folder, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
}

/** The registry table with the keys and the index that Terraform gives it. */
export function registryTableDefinition(tableName: string) {
  const attribute = (name: string) => ({ AttributeName: name, AttributeType: 'S' as const });
  const key = (name: string, type: 'HASH' | 'RANGE') => ({ AttributeName: name, KeyType: type });
  return {
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST' as const,
    AttributeDefinitions: ['pk', 'sk', 'time_pk', 'time_sk'].map(attribute),
    KeySchema: [key('pk', 'HASH'), key('sk', 'RANGE')],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by_time',
        KeySchema: [key('time_pk', 'HASH'), key('time_sk', 'RANGE')],
        Projection: { ProjectionType: 'ALL' as const },
      },
    ],
  };
}

const ACTIVE_POLL_MS = 10;
const ACTIVE_WAIT_MS = 10_000;

/**
 * Creates the registry table at an endpoint unless it exists, and waits until it accepts requests: a new
 * table answers ResourceNotFoundException for a moment. It sends DynamoDB's JSON itself, so that the
 * supervisor process need not load the SDK for these calls.
 *
 * @throws Error with the endpoint's answer when it refuses, or when the table does not become active
 */
export async function createRegistryTable(endpoint: string, tableName: string): Promise<void> {
  const created = await call(endpoint, 'CreateTable', registryTableDefinition(tableName));
  if (!created.ok && !created.answer.includes('ResourceInUseException')) {
    throw new Error(`DynamoDB at ${endpoint} refused to create "${tableName}": ${created.answer}`);
  }
  for (let waitedMs = 0; waitedMs < ACTIVE_WAIT_MS; waitedMs += ACTIVE_POLL_MS) {
    const { ok, answer } = await call(endpoint, 'DescribeTable', { TableName: tableName });
    const status = ok && (JSON.parse(answer) as { Table: { TableStatus: string } }).Table.TableStatus;
    if (status === 'ACTIVE') return;
    await setTimeout(ACTIVE_POLL_MS);
  }
  throw new Error(`DynamoDB at ${endpoint} did not make "${tableName}" active in ${ACTIVE_WAIT_MS} ms`);
}

/**
 * Whether the index by time has no item under a key. It sends DynamoDB's JSON itself, too.
 *
 * @throws Error with the endpoint's answer when it refuses
 */
export async function isListEmpty(endpoint: string, tableName: string, timePk: string): Promise<boolean> {
  const { ok, answer } = await call(endpoint, 'Query', {
    TableName: tableName,
    IndexName: 'by_time',
    KeyConditionExpression: 'time_pk = :key',
    ExpressionAttributeValues: { ':key': { S: timePk } },
    Limit: 1,
  });
  if (!ok) throw new Error(`DynamoDB at ${endpoint} refused to query "${tableName}": ${answer}`);
  return (JSON.parse(answer) as { Count: number }).Count === 0;
}

async function call(
  endpoint: string,
  operation: string,
  input: unknown,
): Promise<{ ok: boolean; answer: string }> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
      'x-amz-date': '20260101T000000Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=local',
    },
    body: JSON.stringify(input),
  });
  return { ok: response.ok, answer: await response.text() };
}
