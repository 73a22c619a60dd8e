import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Notification } from '../../lib/local/s3/event-record.ts';
import { sha256 } from '../../lib/sha256.ts';
import { createS3Client, openS3Fixture, type S3Fixture } from '../contract/s3-fixture.ts';
import { PROCESS_BUCKETS } from '../contract/s3-process.ts';

const Bucket = 'durable';
const SERVER = join(import.meta.dirname, '../contract/s3-process.ts');

let directory: string;
let children: ChildProcess[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'local-s3-kill-'));
  children = [];
});
afterEach(async () => {
  for (const child of children) await kill(child);
  await rm(directory, { recursive: true });
});

interface ServerProcess {
  readonly endpoint: string;
  readonly client: S3Client;
  readonly child: ChildProcess;
}

/** Starts the server in a separate process that never completes a delivery. */
async function startServer(): Promise<ServerProcess> {
  const child = spawn(process.execPath, [SERVER, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const [line] = await once(child.stdout ?? child, 'data');
  const endpoint = String(line).trim();
  return { endpoint, client: createS3Client(endpoint), child };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Opens the state of a killed server, and collects its deliveries. */
async function reopen(): Promise<{ s3: S3Fixture; delivered: Notification[] }> {
  const delivered: Notification[] = [];
  const s3 = await openS3Fixture({
    directory,
    buckets: PROCESS_BUCKETS,
    deliver: async (notification) => {
      delivered.push(notification);
    },
  });
  return { s3, delivered };
}

async function blobFiles(): Promise<string[]> {
  const root = join(directory, 'objects');
  const names = await readdir(root, { recursive: true });
  return names.filter((name) => /[0-9a-f]{32}$/.test(name));
}

/** A body that contains its key, so that a mix of two bodies would be noticed. */
function bodyOf(key: string): Buffer {
  const block = sha256(key);
  return Buffer.alloc(200_000 + (block[0] ?? 0) * 100, block);
}

const keyOf = (notification: Notification) => notification.event.Records[0]?.s3.object.key;

describe('a server that is killed', () => {
  it('in the middle of a put keeps nothing of it, not even on disk', async () => {
    const server = await startServer();
    await server.client.send(new PutObjectCommand({ Bucket, Key: 'whole.csv', Body: 'kept' }));
    const sent = request(`${server.endpoint}/${Bucket}/half.csv`, {
      method: 'PUT',
      headers: { 'content-length': 4_000_000 },
    });
    sent.on('error', () => sent.destroy());
    sent.write(randomBytes(2_000_000));
    await expect
      .poll(async () => (await readdir(join(directory, 'objects', 'incoming'))).length, { timeout: 5000 })
      .toBe(1);
    await kill(server.child);
    const { s3, delivered } = await reopen();
    const { Versions } = await s3.client.send(new ListObjectVersionsCommand({ Bucket }));
    expect(Versions?.map(({ Key }) => Key)).toEqual(['whole.csv']);
    expect(await blobFiles()).toHaveLength(1);
    expect(delivered.map(keyOf)).toEqual(['whole.csv']);
    await s3.close();
  });

  it('right after a put has the object, and delivers its notification once at the next start', async () => {
    const server = await startServer();
    const { VersionId } = await server.client.send(
      new PutObjectCommand({ Bucket, Key: 'a b.csv', Body: 'x' }),
    );
    await server.client.send(new PutObjectCommand({ Bucket, Key: 'unmatched.txt', Body: 'x' }));
    await kill(server.child);
    const { s3, delivered } = await reopen();
    await expect.poll(() => delivered.length).toBe(1);
    expect(delivered[0]).toMatchObject({ functionName: 'ingest' });
    expect(delivered[0]?.event.Records[0]?.s3.object).toMatchObject({ key: 'a+b.csv', versionId: VersionId });
    const got = await s3.client.send(new GetObjectCommand({ Bucket, Key: 'a b.csv' }));
    expect(await got.Body?.transformToString()).toBe('x');
    await s3.close();
    const again = await reopen();
    await delay(200);
    expect(again.delivered).toEqual([]);
    await again.s3.close();
  });

  it('keeps the parts of an upload, which can be completed afterwards', async () => {
    const server = await startServer();
    const target = { Bucket, Key: 'parts.csv' };
    const { UploadId } = await server.client.send(new CreateMultipartUploadCommand(target));
    const { ETag } = await server.client.send(
      new UploadPartCommand({ ...target, UploadId, PartNumber: 1, Body: 'part' }),
    );
    await kill(server.child);
    const { s3, delivered } = await reopen();
    const Parts = [{ PartNumber: 1, ETag }];
    await s3.client.send(
      new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts } }),
    );
    await expect.poll(() => delivered.map(keyOf)).toEqual(['parts.csv']);
    await s3.close();
  });

  it.each([1, 2, 3, 4])(
    'at a random moment has every acknowledged object, and only whole objects (%i)',
    async (round) => {
      const server = await startServer();
      const acknowledged = new Set<string>();
      const writers = [0, 1, 2].map(async (writer) => {
        for (let n = 0; ; n++) {
          const Key = `${writer}-${n}.csv`;
          await server.client.send(new PutObjectCommand({ Bucket, Key, Body: bodyOf(Key) }));
          acknowledged.add(Key);
        }
      });
      const ends = Promise.allSettled(writers);
      await expect.poll(() => acknowledged.size, { timeout: 10_000, interval: 5 }).toBeGreaterThan(6 * round);
      await delay(3 * round);
      await kill(server.child);
      for (const outcome of await ends) expect(outcome.status).toBe('rejected');
      const { s3, delivered } = await reopen();
      const { Versions = [] } = await s3.client.send(new ListObjectVersionsCommand({ Bucket }));
      const found = Versions.map(({ Key }) => Key ?? '');
      expect(found).toEqual(expect.arrayContaining([...acknowledged]));
      for (const Key of found) {
        const got = await s3.client.send(new GetObjectCommand({ Bucket, Key }));
        expect(Buffer.compare((await got.Body?.transformToByteArray()) ?? Buffer.alloc(0), bodyOf(Key))).toBe(
          0,
        );
      }
      expect(await blobFiles()).toHaveLength(found.length);
      await expect.poll(() => delivered.map(keyOf).sort()).toEqual([...found].sort());
      await s3.close();
    },
  );
});

describe('a large object', () => {
  it('streams through without being kept in memory', async () => {
    const server = await startServer();
    const status = join('/proc', String(server.child.pid), 'status');
    const rssMb = async () => Number(/VmHWM:\s+(\d+) kB/.exec(await readFile(status, 'utf8'))?.[1]) / 1024;
    const sizeBytes = 400_000_000;
    const before = await rssMb();
    await sendZeros(`${server.endpoint}/${Bucket}/large.csv`, sizeBytes);
    const response = await fetch(`${server.endpoint}/${Bucket}/large.csv`);
    let readBytes = 0;
    for await (const bytes of response.body ?? []) readBytes += bytes.length;
    expect(readBytes).toBe(sizeBytes);
    expect((await rssMb()) - before).toBeLessThan(100);
  });
});

async function sendZeros(url: string, sizeBytes: number): Promise<void> {
  const block = Buffer.alloc(1_000_000);
  let crc = 0;
  for (let done = 0; done < sizeBytes; done += block.length) crc = crc32(block, crc);
  const checksum = Buffer.from(crc.toString(16).padStart(8, '0'), 'hex').toString('base64');
  const headers = { 'content-length': sizeBytes, 'x-amz-checksum-crc32': checksum };
  const sent = request(url, { method: 'PUT', headers });
  const answered = once(sent, 'response');
  for (let left = sizeBytes; left > 0; left -= block.length) {
    if (!sent.write(block)) await once(sent, 'drain');
  }
  sent.end();
  const [response] = await answered;
  response.resume();
  expect(response.statusCode).toBe(200);
}
