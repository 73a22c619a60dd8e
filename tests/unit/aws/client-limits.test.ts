import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import * as limits from '../../../lib/aws/client-limits.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const sources = ['functions', 'lib'].flatMap((room) =>
  readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.startsWith('local/'))
    .map((path) => join(room, path)),
);
const clients = sources.flatMap((file) =>
  [...readFileSync(join(ROOT, file), 'utf8').matchAll(/new (\w+Client)\(([^)]*)\)/g)].map(
    ([, name, options = '']) => ({ file, name, options }),
  ),
);

describe('every client of the SDK that is deployed, or run by a person', () => {
  it('is found', () => {
    expect(clients.length).toBeGreaterThan(10);
    expect(clients.map(({ file }) => file)).toContain('functions/monitor/handler.ts');
  });

  it.each(clients.map(({ file, name, options }) => [name, file, options]))(
    '%s of %s has limits of time',
    (_, __, options) => {
      const known = Object.keys(limits);
      expect(known.some((name) => new RegExp(`\\b${name}\\b`).test(options))).toBe(true);
    },
  );
});

describe('the limits', () => {
  it.each(Object.entries(limits))('%s end a connection and a request', async (_, given) => {
    const client = new S3Client({ ...given, region: 'us-east-1' });
    const handler = client.config.requestHandler as { configProvider?: Promise<unknown> };
    expect(await handler.configProvider).toMatchObject({
      connectionTimeout: given.requestHandler.connectionTimeout,
      requestTimeout: given.requestHandler.requestTimeout,
      throwOnRequestTimeout: true,
    });
    client.destroy();
  });

  it('of answers leave three attempts within the 29 s of a function that somebody waits for', () => {
    for (const { requestHandler } of [limits.TABLE_CALLS, limits.ANSWERED_OBJECT_CALLS, limits.SERVICE_CALLS])
      expect(3 * requestHandler.requestTimeout).toBeLessThan(29_000);
  });

  it('end a request that nobody answers', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const { requestHandler } = limits.TABLE_CALLS;
    const client = new DynamoDBClient({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      maxAttempts: 1,
      requestHandler: { ...requestHandler, requestTimeout: 50 },
    });
    const asked = client.send(new GetItemCommand({ TableName: 't', Key: { pk: { S: 'a' } } }));
    await expect(asked).rejects.toMatchObject({ name: 'TimeoutError' });
    client.destroy();
    silent.closeAllConnections();
    await new Promise((resolve) => silent.close(resolve));
  });
});
