import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openDynamoDb } from '../../lib/local/dynamodb.ts';
import { describeDynamoDbContract } from './dynamodb.ts';

let endpoint = process.env.CONTRACT_ENDPOINT ?? '';
let server: Server | undefined;
let folder = '';

beforeAll(async () => {
  if (endpoint !== '') return;
  folder = await mkdtemp(join(tmpdir(), 'classifier-dynamodb-'));
  const opened = openDynamoDb(folder);
  server = opened;
  await new Promise<void>((resolve) => {
    opened.listen(0, '127.0.0.1', resolve);
  });
  endpoint = `http://127.0.0.1:${(opened.address() as AddressInfo).port}`;
});
afterAll(async () => {
  const opened = server;
  if (!opened) return;
  opened.closeAllConnections();
  await new Promise<void>((resolve) => {
    opened.close(() => resolve());
  });
  await rm(folder, { recursive: true, force: true });
});

describeDynamoDbContract(() => endpoint);
