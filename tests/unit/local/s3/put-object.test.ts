import { createHash, randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { type ClientRequest, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openS3Fixture, type S3Fixture } from '../../../contract/s3-fixture.ts';

let s3: S3Fixture;
beforeAll(async () => {
  s3 = await openS3Fixture();
  await s3.client.send(new CreateBucketCommand({ Bucket: 'put' }));
});
afterAll(() => s3.remove());

interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  readonly headers: Headers;
}

async function put(
  key: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${s3.endpoint}/put/${key}`, { method: 'PUT', body, headers });
  const code = /<Code>(\w+)<\/Code>/.exec(await response.text())?.[1];
  return { status: response.status, code, headers: response.headers };
}

async function read(key: string): Promise<string | number> {
  const response = await fetch(`${s3.endpoint}/put/${key}`);
  return response.ok ? response.text() : response.status;
}

/** Number of files in the store: complete ones, and those that are still arriving. */
async function countFiles(): Promise<{ blobs: number; incoming: number }> {
  const objects = join(s3.directory, 'objects');
  const shards = await readdir(join(objects, 'blobs'));
  const perShard = await Promise.all(shards.map((shard) => readdir(join(objects, 'blobs', shard))));
  return { blobs: perShard.flat().length, incoming: (await readdir(join(objects, 'incoming'))).length };
}

function beginPut(
  key: string,
  sizeBytes: number,
  headers: Record<string, string> = {},
): { sent: ClientRequest; status: Promise<number> } {
  const sent = request(`${s3.endpoint}/put/${key}`, {
    method: 'PUT',
    headers: { 'content-length': sizeBytes, ...headers },
  });
  const status = new Promise<number>((resolve, reject) => {
    sent.on('error', reject);
    sent.on('response', (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
  });
  return { sent, status };
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await condition()) return;
    await delay(20);
  }
  throw new Error('the condition was not met within 4 seconds');
}

describe('conditional puts', () => {
  it('let exactly one of many concurrent puts win, and keep nothing of the others', async () => {
    const before = await countFiles();
    const bodies = Array.from(
      { length: 12 },
      (_, index) => `${index}:${randomBytes(50_000).toString('hex')}`,
    );
    const answers = await Promise.all(bodies.map((body) => put('race', body, { 'if-none-match': '*' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(11).fill(412)]);
    expect(await read('race')).toBe(bodies[answers.findIndex(({ status }) => status === 200)]);
    expect(await countFiles()).toEqual({ blobs: before.blobs + 1, incoming: 0 });
  });

  it('are checked when the body has arrived, not when it began', async () => {
    const { sent, status } = beginPut('late', 10, { 'if-none-match': '*' });
    sent.write('01234');
    await until(async () => (await countFiles()).incoming === 1);
    expect((await put('late', 'earlier', { 'if-none-match': '*' })).status).toBe(200);
    sent.end('56789');
    expect(await status).toBe(412);
    expect(await read('late')).toBe('earlier');
  });

  it('answer NoSuchKey to If-Match without an object, and NotImplemented to unsupported conditions', async () => {
    expect(await put('absent', 'x', { 'if-match': '"00"' })).toMatchObject({
      status: 404,
      code: 'NoSuchKey',
    });
    expect(await put('absent', 'x', { 'if-none-match': '"00"' })).toMatchObject({
      status: 501,
      code: 'NotImplemented',
    });
    expect(await read('absent')).toBe(404);
  });
});

describe('a client that disconnects', () => {
  it('leaves neither an object nor a file, and is not reported as a fault', async () => {
    const before = await countFiles();
    const { sent, status } = beginPut('broken', 1_000_000);
    sent.write(randomBytes(500_000));
    await until(async () => (await countFiles()).incoming === 1);
    sent.destroy();
    await expect(status).rejects.toThrow();
    await until(async () => (await countFiles()).incoming === 0);
    expect(await read('broken')).toBe(404);
    expect(await countFiles()).toEqual(before);
    expect(s3.faults).toEqual([]);
  });

  it('does not replace an existing object', async () => {
    await put('kept', 'first');
    const { sent, status } = beginPut('kept', 100);
    sent.write('second');
    await until(async () => (await countFiles()).incoming === 1);
    sent.destroy();
    await expect(status).rejects.toThrow();
    await until(async () => (await countFiles()).incoming === 0);
    expect(await read('kept')).toBe('first');
  });
});

describe('digests', () => {
  const other = (algorithm: string) => createHash(algorithm).update('other').digest('base64');

  it.each([
    ['Content-MD5', { 'content-md5': other('md5') }, 'BadDigest'],
    ['malformed Content-MD5', { 'content-md5': 'abc' }, 'InvalidDigest'],
    ['CRC32', { 'x-amz-checksum-crc32': 'AAAAAA==' }, 'BadDigest'],
    ['CRC32C', { 'x-amz-checksum-crc32c': 'AAAAAA==' }, 'BadDigest'],
    ['CRC64NVME', { 'x-amz-checksum-crc64nvme': 'AAAAAAAAAAA=' }, 'BadDigest'],
    ['SHA1', { 'x-amz-checksum-sha1': other('sha1') }, 'BadDigest'],
    ['SHA256', { 'x-amz-checksum-sha256': other('sha256') }, 'BadDigest'],
    ['malformed CRC32', { 'x-amz-checksum-crc32': 'AAAA' }, 'InvalidRequest'],
    ['unknown algorithm', { 'x-amz-checksum-md17': 'AAAA' }, 'InvalidRequest'],
    ['announced but missing', { 'x-amz-sdk-checksum-algorithm': 'CRC32' }, 'InvalidRequest'],
    [
      'two at once',
      { 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-checksum-crc32c': 'AAAAAA==' },
      'InvalidRequest',
    ],
    ['payload hash', { 'x-amz-content-sha256': '0'.repeat(64) }, 'XAmzContentSHA256Mismatch'],
  ])('refuse a body that they do not fit: %s', async (name, headers, code) => {
    const before = await countFiles();
    const key = `digest/${encodeURIComponent(name)}`;
    expect(await put(key, 'body', headers as Record<string, string>)).toMatchObject({ status: 400, code });
    expect(await read(key)).toBe(404);
    expect(await countFiles()).toEqual(before);
  });

  it('are computed when the client sends none, as S3 does', async () => {
    const { headers } = await put('digest/none', '123456789');
    expect(headers.get('x-amz-checksum-crc64nvme')).toBe(
      Buffer.from('ae8b14860a799888', 'hex').toString('base64'),
    );
    expect(headers.get('x-amz-checksum-type')).toBe('FULL_OBJECT');
  });
});

describe('aws-chunked bodies', () => {
  const crcOf = (text: string) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(crc32(text));
    return bytes.toString('base64');
  };
  const UNSIGNED = {
    'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'content-encoding': 'aws-chunked',
  };
  const WITH_CRC = { ...UNSIGNED, 'x-amz-trailer': 'x-amz-checksum-crc32' };
  const signature = `;chunk-signature=${'a'.repeat(64)}`;

  it('are stored without their framing, and checked by the trailer', async () => {
    const body = `3\r\nabc\r\n4\r\ndefg\r\n0\r\nx-amz-checksum-crc32:${crcOf('abcdefg')}\r\n\r\n`;
    const answer = await put('chunked', body, { ...WITH_CRC, 'x-amz-decoded-content-length': '7' });
    expect(answer.headers.get('x-amz-checksum-crc32')).toBe(crcOf('abcdefg'));
    expect(await read('chunked')).toBe('abcdefg');
    const head = await fetch(`${s3.endpoint}/put/chunked`, { method: 'HEAD' });
    expect(head.headers.get('content-encoding')).toBeNull();
  });

  it('keep an encoding of the object itself', async () => {
    const headers = {
      ...UNSIGNED,
      'content-encoding': 'aws-chunked,gzip',
      'x-amz-decoded-content-length': '1',
    };
    await put('encoded', '1\r\nx\r\n0\r\n\r\n', headers);
    const head = await fetch(`${s3.endpoint}/put/encoded`, { method: 'HEAD' });
    expect(head.headers.get('content-encoding')).toBe('gzip');
  });

  it.each([
    ['signed', `3${signature}\r\nabc\r\n0${signature}\r\n\r\n`, 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD', {}],
    [
      'signed with a trailer',
      `3${signature}\r\nabc\r\n0${signature}\r\nx-amz-checksum-crc32:${crcOf('abc')}\r\nx-amz-trailer-signature:${'b'.repeat(64)}\r\n\r\n`,
      'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
      { 'x-amz-trailer': 'x-amz-checksum-crc32' },
    ],
  ])('may be %s: signatures are not checked', async (name, body, sha256, headers) => {
    const key = encodeURIComponent(name);
    const answer = await put(key, body, {
      ...(headers as Record<string, string>),
      'x-amz-content-sha256': sha256,
      'x-amz-decoded-content-length': '3',
    });
    expect(answer.status).toBe(200);
    expect(await read(key)).toBe('abc');
  });

  it.each([
    ['a wrong trailer', '1\r\nx\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n', '1', 'BadDigest'],
    ['no trailer', '1\r\nx\r\n0\r\n\r\n', '1', 'MalformedTrailerError'],
    ['a trailer that is none', '1\r\nx\r\n0\r\nnonsense\r\n\r\n', '1', 'MalformedTrailerError'],
    ['too few bytes', `1\r\nx\r\n0\r\nx-amz-checksum-crc32:${crcOf('x')}\r\n\r\n`, '2', 'IncompleteBody'],
    [
      'too many bytes',
      `3\r\nxyz\r\n0\r\nx-amz-checksum-crc32:${crcOf('xyz')}\r\n\r\n`,
      '2',
      'IncompleteBody',
    ],
    ['no last chunk', '1\r\nx\r\n', '1', 'IncompleteBody'],
    ['a chunk that ends early', '5\r\nxy', '5', 'IncompleteBody'],
    ['no size', 'zz\r\nx\r\n0\r\n\r\n', '1', 'IncompleteBody'],
    ['no framing at all', 'just text', '9', 'IncompleteBody'],
    ['an endless line', 'a'.repeat(100_000), '9', 'IncompleteBody'],
  ])('are refused with %s', async (name, body, length, code) => {
    const key = encodeURIComponent(name);
    const answer = await put(key, body, { ...WITH_CRC, 'x-amz-decoded-content-length': length });
    expect(answer).toMatchObject({ status: 400, code });
    expect(await read(key)).toBe(404);
  });

  it('must announce their length', async () => {
    expect(await put('unsized', '1\r\nx\r\n0\r\n\r\n', UNSIGNED)).toMatchObject({
      status: 411,
      code: 'MissingContentLength',
    });
  });

  it('are decoded wherever the network cuts them', async () => {
    const payload = randomBytes(3000).toString('hex');
    const framed = `7d0\r\n${payload.slice(0, 2000)}\r\nfa0\r\n${payload.slice(2000)}\r\n0\r\nx-amz-checksum-crc32:${crcOf(payload)}\r\n\r\n`;
    const headers = { ...WITH_CRC, 'x-amz-decoded-content-length': '6000' };
    const { sent, status } = beginPut('pieces', framed.length, headers);
    for (let at = 0; at < framed.length; at += 97) {
      sent.write(framed.slice(at, at + 97));
      await delay(0);
    }
    sent.end();
    expect(await status).toBe(200);
    expect(await read('pieces')).toBe(payload);
  });
});

describe('limits', () => {
  it('refuse a body above 5 GiB before reading it', async () => {
    const { sent, status } = beginPut('huge', 5 * 1024 ** 3 + 1);
    sent.flushHeaders();
    expect(await status).toBe(400);
    sent.destroy();
  });

  it('refuse a body of unknown length', async () => {
    const { port, hostname } = new URL(s3.endpoint);
    const socket = connect(Number(port), hostname);
    socket.write(
      'PUT /put/unknown HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n',
    );
    const [answer] = await new Promise<[Buffer]>((resolve) => socket.once('data', (data) => resolve([data])));
    socket.destroy();
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 411 .*<Code>MissingContentLength<\/Code>/s);
  });

  it('refuse keys and metadata that are too long, and unsupported headers', async () => {
    expect(await put('k'.repeat(1025), 'x')).toMatchObject({ status: 400, code: 'KeyTooLongError' });
    expect((await put('k'.repeat(1024), 'x')).status).toBe(200);
    expect(await put('meta', 'x', { 'x-amz-meta-a': 'v'.repeat(2048) })).toMatchObject({
      code: 'MetadataTooLarge',
    });
    expect(await put('tags', 'x', { 'x-amz-tagging': 'a=b' })).toMatchObject({
      status: 501,
      code: 'NotImplemented',
    });
    expect(await put('class', 'x', { 'x-amz-storage-class': 'NONE' })).toMatchObject({
      code: 'InvalidArgument',
    });
    expect((await put('sse', 'x', { 'x-amz-server-side-encryption': 'AES256' })).status).toBe(200);
  });
});

describe('a body that is refused half-way', () => {
  it.each([
    ['POST /put?delete', '', ' '.repeat(20_000_000), 'EntityTooLarge'],
    [
      'PUT /put/long',
      'x-amz-decoded-content-length: 10\r\nx-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER\r\n',
      `1312d00\r\n${'x'.repeat(20_000_000)}\r\n0\r\n\r\n`,
      'IncompleteBody',
    ],
  ])('leaves its connection fit for the next request: %s', async (line, headers, body, code) => {
    const { port, hostname } = new URL(s3.endpoint);
    const socket = connect(Number(port), hostname);
    let received = '';
    socket.on('data', (data) => {
      received += data;
    });
    socket.write(`${line} HTTP/1.1\r\nhost: x\r\n${headers}content-length: ${body.length}\r\n\r\n${body}`);
    socket.write('GET /put?location HTTP/1.1\r\nhost: x\r\n\r\n');
    await expect.poll(() => received, { timeout: 5000 }).toContain('<LocationConstraint');
    expect(received).toContain(`<Code>${code}</Code>`);
    socket.destroy();
  });
});

describe('a reader', () => {
  it('gets its whole object, even when it is replaced and deleted in the meantime', async () => {
    const Body = randomBytes(20_000_000);
    const command = (body: Buffer | string) =>
      new PutObjectCommand({ Bucket: 'put', Key: 'read', Body: body });
    await s3.client.send(command(Body));
    const before = await countFiles();
    const got = await s3.client.send(new GetObjectCommand({ Bucket: 'put', Key: 'read' }));
    await s3.client.send(command('new'));
    expect(await read('read')).toBe('new');
    expect(Buffer.compare((await got.Body?.transformToByteArray()) ?? Buffer.alloc(0), Body)).toBe(0);
    await until(async () => (await countFiles()).blobs === before.blobs);
  });

  it('that disconnects in the middle is not reported as a fault, and keeps no file open', async () => {
    await s3.client.send(new PutObjectCommand({ Bucket: 'put', Key: 'left', Body: randomBytes(20_000_000) }));
    const before = await countFiles();
    const abort = new AbortController();
    const response = await fetch(`${s3.endpoint}/put/left`, { signal: abort.signal });
    await response.body?.getReader().read();
    abort.abort();
    await fetch(`${s3.endpoint}/put/left`, { method: 'DELETE' });
    await until(async () => (await countFiles()).blobs === before.blobs - 1);
    expect(s3.faults).toEqual([]);
    const { Contents } = await s3.client.send(new ListObjectsV2Command({ Bucket: 'put', Prefix: 'left' }));
    expect(Contents).toBeUndefined();
  });
});
