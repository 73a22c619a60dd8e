import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Level } from 'level';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createRegistryTable, openDynamoDb } from '../../../lib/local/dynamodb.ts';
import { RegistryTable } from '../../../lib/registry/table.ts';

let folder: string;
let server: Server;
let client: DynamoDBClient;
const opened = vi.spyOn(Level.prototype, 'attachResource');
const closed = vi.spyOn(Level.prototype, 'detachResource');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'classifier-dynamodb-'));
  server = openDynamoDb(folder);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await createRegistryTable(endpoint, 'registry');
  client = new DynamoDBClient({ endpoint, maxAttempts: 1 });
});
afterAll(async () => {
  client.destroy();
  server.closeAllConnections();
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  await rm(folder, { recursive: true, force: true });
});

it('closes its reads after a query, whether it ends at the last item or at its limit', async () => {
  const table = new RegistryTable(client, 'registry');
  for (let n = 1; n <= 5; n++) await table.putIfAbsent({ pk: 'a', sk: `V#${n}` });
  opened.mockClear();
  closed.mockClear();
  for (let n = 0; n < 10; n++) {
    expect(await table.newest('a', 'V')).toMatchObject({ sk: 'V#5' });
    let listed = 0;
    for await (const _ of table.list('a', 'V#')) listed += 1;
    expect(listed).toBe(5);
  }
  expect(opened.mock.calls.length).toBeGreaterThanOrEqual(20);
  await vi.waitFor(() => expect(closed.mock.calls.length).toBe(opened.mock.calls.length));
});
