import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import type { HttpRequest } from '@smithy/core/transport';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { serviceEndpoint } from '../../../lib/aws/service-endpoint.ts';
import { ServiceFault, type ServiceResponse, type Transport } from '../../../lib/aws/signed-service.ts';
import { ConfigurationError } from '../../../lib/errors.ts';
import { signedRegistry } from '../../../lib/registry/signed-items.ts';
import { sha256Hex } from '../../../lib/sha256.ts';
import { signedStore } from '../../../lib/storage/signed-objects.ts';

const ENVIRONMENT = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'a secret',
  AWS_SESSION_TOKEN: 'a session',
};

type Reply = { status: number; headers?: Record<string, string>; body?: string } | Error;

const brokenOff = () => Object.assign(new Error('aborted'), { code: 'ECONNRESET' });

function responseOf({ status, headers = {}, body = '' }: Exclude<Reply, Error>): ServiceResponse {
  return { statusCode: status, headers, body: Readable.from([Buffer.from(body)]) };
}

/** A transport that answers with the given replies in turn, and records its requests. */
function replying(...replies: (Reply | ServiceResponse)[]) {
  const requests: HttpRequest[] = [];
  const transport: Transport = {
    async handle(request) {
      requests.push(request);
      const reply = replies[requests.length - 1];
      if (reply === undefined) throw new Error('nobody expected another request');
      if (reply instanceof Error) throw reply;
      return { response: 'statusCode' in reply ? reply : responseOf(reply) };
    },
  };
  return { transport, requests };
}

const ITEM = { status: 200, body: '{"Item":{"pk":{"S":"a"},"sk":{"S":"b"},"n":{"N":"12"}}}' };
const get = (transport: Transport, environment: Record<string, string> = ENVIRONMENT) =>
  signedRegistry(environment, 'registry', transport).get('a', 'b');
const open = (transport: Transport, key = 'models/a', environment: Record<string, string> = ENVIRONMENT) =>
  signedStore(environment, transport)({ bucket: 'models', key });

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** Signature Version 4, computed from its documentation, of the headers that a request names as signed. */
function signatureOf(request: HttpRequest, service: string, path: string): string {
  const headers = request.headers as Record<string, string>;
  const date = headers['x-amz-date']!;
  const signed = /SignedHeaders=([^,]+)/.exec(headers.authorization!)![1]!;
  const lines = signed.split(';').map((name) => `${name}:${headers[name]}\n`);
  const payload = sha256Hex(String(request.body ?? ''));
  const canonical = [request.method, path, '', lines.join(''), signed, payload].join('\n');
  const scope = `${date.slice(0, 8)}/eu-central-1/${service}/aws4_request`;
  const key = scope.split('/').reduce<string | Buffer>((part, text) => hmac(part, text), 'AWS4a secret');
  return hmac(key as Buffer, `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256Hex(canonical)}`).toString('hex');
}

/** Runs work with fake timers, so that waiting takes no time. */
async function inNoTime<T>(work: Promise<T>): Promise<T> {
  let isUnderWay = true;
  void Promise.allSettled([work]).then(() => {
    isUnderWay = false;
  });
  while (isUnderWay) await vi.advanceTimersByTimeAsync(1000);
  return await work;
}

const withoutWaiting = () => vi.useFakeTimers({ toFake: ['setTimeout'] });
afterEach(() => void vi.useRealTimers());

describe('requests to a service', () => {
  it("use DynamoDB's JSON protocol, and are signed for it", async () => {
    const { transport, requests } = replying(ITEM);
    expect(await get(transport)).toEqual({ pk: 'a', sk: 'b', n: 12 });
    const [request] = requests as [HttpRequest];
    expect(request).toMatchObject({
      method: 'POST',
      protocol: 'https:',
      hostname: 'dynamodb.eu-central-1.amazonaws.com',
      path: '/',
    });
    expect(JSON.parse(String(request.body))).toEqual({
      TableName: 'registry',
      Key: { pk: { S: 'a' }, sk: { S: 'b' } },
      ConsistentRead: true,
    });
    expect(request.headers).toMatchObject({
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.GetItem',
      'x-amz-security-token': 'a session',
    });
    expect(request.headers.authorization).toContain('SignedHeaders=content-type;host;x-amz-');
    expect(request.headers.authorization).toContain(`Signature=${signatureOf(request, 'dynamodb', '/')}`);
  });

  it("use S3 at the bucket's host, and are signed for it", async () => {
    const { transport, requests } = replying({
      status: 200,
      headers: { 'content-length': '5' },
      body: 'bytes',
    });
    const object = await open(transport, "models/a b+c(1)!'*é=/x.knn");
    expect(object!.sizeBytes).toBe(5);
    expect(Buffer.from(await object!.read()).toString()).toBe('bytes');
    const [request] = requests as [HttpRequest];
    const path = '/models/a%20b%2Bc%281%29%21%27%2A%C3%A9%3D/x.knn';
    expect(request).toMatchObject({
      method: 'GET',
      hostname: 'models.s3.eu-central-1.amazonaws.com',
      path,
    });
    expect(request.headers).toMatchObject({ 'x-amz-content-sha256': sha256Hex('') });
    expect(request.headers.authorization).toContain(`Signature=${signatureOf(request, 's3', path)}`);
  });

  it('name a bucket in the path when its name has dots, and at a custom endpoint', async () => {
    const found = { status: 404, body: '<Error><Code>NoSuchKey</Code></Error>' };
    const { transport, requests } = replying(found, found);
    const dotted = { bucket: 'my.models', key: 'k' };
    expect(await signedStore(ENVIRONMENT, transport)(dotted)).toBeUndefined();
    expect(requests[0]).toMatchObject({
      hostname: 's3.eu-central-1.amazonaws.com',
      path: '/my.models/k',
    });
    await open(transport, 'k', { ...ENVIRONMENT, AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' });
    expect(requests[1]).toMatchObject({
      protocol: 'http:',
      hostname: '127.0.0.1',
      port: 4566,
      path: '/models/k',
      headers: { host: '127.0.0.1:4566' },
    });
  });

  it('need a region and credentials, and do not reveal them', async () => {
    const { AWS_REGION: _, ...nowhere } = ENVIRONMENT;
    expect(() => get(replying().transport, nowhere)).toThrow(ConfigurationError);
    expect(
      await get(replying(ITEM).transport, { ...nowhere, AWS_DEFAULT_REGION: 'eu-central-1' }),
    ).toBeDefined();
    const { AWS_SECRET_ACCESS_KEY: __, ...unable } = ENVIRONMENT;
    const error = await get(replying().transport, unable).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(String(error)).not.toContain('AKIDEXAMPLE');
  });
});

describe('error responses', () => {
  it("are thrown under the service's error code, without a retry when it would not help", async () => {
    const body =
      '{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"no \\"registry\\""}';
    const { transport, requests } = replying({ status: 400, headers: { 'x-amzn-requestid': 'r1' }, body });
    const error = (await get(transport).catch((thrown: unknown) => thrown)) as ServiceFault;
    expect(error).toBeInstanceOf(ServiceFault);
    expect(error.name).toBe('ResourceNotFoundException');
    expect(error.message).toBe('no "registry"');
    expect(error.$metadata).toEqual({ httpStatusCode: 400, requestId: 'r1' });
    expect(requests).toHaveLength(1);
  });

  it.each([
    [
      '<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>',
      403,
      'AccessDenied',
      'Access Denied',
    ],
    ['<Error><Code>PermanentRedirect</Code></Error>', 301, 'PermanentRedirect', 'S3 answered 301'],
    ['<html>who are you</html>', 404, 'Http404', 'S3 answered 404'],
  ])('S3: %s', async (body, status, name, message) => {
    await expect(open(replying({ status, body }).transport)).rejects.toMatchObject({ name, message });
  });

  it('S3: NoSuchKey means that there is no such object', async () => {
    const body = `<?xml version="1.0"?>
<Error><Code>NoSuchKey</Code></Error>`;
    expect(await open(replying({ status: 404, body }).transport)).toBeUndefined();
  });

  it('an object of unknown size is not read', async () => {
    const response = responseOf({ status: 200, body: 'bytes' });
    await expect(open(replying(response).transport)).rejects.toThrow('did not say how large');
    expect((response.body as Readable).destroyed).toBe(true);
  });
});

describe('what is retried', () => {
  const unavailable = { status: 503, body: '<html>busy</html>' };

  it('network faults and service faults, up to three times', async () => {
    const { transport, requests } = replying(brokenOff(), { status: 500 }, ITEM);
    expect(await get(transport)).toMatchObject({ n: 12 });
    expect(requests).toHaveLength(3);
    const exhausted = replying(unavailable, unavailable, unavailable);
    await expect(get(exhausted.transport)).rejects.toMatchObject({
      name: 'Http503',
      message: 'DynamoDB answered 503',
    });
    expect(exhausted.requests).toHaveLength(3);
  });

  it('responses that break off while they are read', async () => {
    const cut = new Readable({
      read() {
        this.push('{"Item":');
        this.destroy(brokenOff());
      },
    });
    const { transport, requests } = replying({ statusCode: 200, headers: {}, body: cut }, ITEM);
    expect(await get(transport)).toMatchObject({ n: 12 });
    expect(requests).toHaveLength(2);
  });

  it('throttled requests, after a longer delay', async () => {
    withoutWaiting();
    const body = '{"__type":"x#ProvisionedThroughputExceededException","message":"slower"}';
    const { transport, requests } = replying({ status: 400, body }, ITEM);
    expect(await inNoTime(get(transport))).toMatchObject({ n: 12 });
    expect(requests).toHaveLength(2);
  });

  it('no error of this program', async () => {
    const { transport, requests } = replying(new TypeError('a bug'));
    await expect(get(transport)).rejects.toThrow('a bug');
    expect(requests).toHaveLength(1);
  });

  it('within a budget: in the end, a service that keeps failing gets one request per call', async () => {
    withoutWaiting();
    const { transport, requests } = replying(...Array.from({ length: 400 }, () => unavailable));
    const registry = signedRegistry(ENVIRONMENT, 'registry', transport);
    for (let call = 0; call < 60; call++) await expect(inNoTime(registry.get('a', 'b'))).rejects.toThrow();
    const before = requests.length;
    await expect(registry.get('a', 'b')).rejects.toThrow();
    expect(requests.length - before).toBe(1);
  });
});

describe('over HTTP', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  async function listening(answer: Parameters<typeof createServer>[1]): Promise<Record<string, string>> {
    server = createServer(answer!);
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return { ...ENVIRONMENT, AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` };
  }

  it('sends the signed request, and reads the response', async () => {
    let seen = '';
    const environment = await listening((request, response) => {
      request.on('data', (chunk) => {
        seen += chunk;
      });
      request.on('end', () => response.end(ITEM.body));
    });
    expect(await signedRegistry(environment, 'registry').get('a', 'b')).toMatchObject({ n: 12 });
    expect(JSON.parse(seen)).toMatchObject({ TableName: 'registry' });
  });

  it('fails for a body that is cut off, and does not wait for ever for a body that stops', async () => {
    let requests = 0;
    const environment = await listening((_request, response) => {
      requests++;
      response.writeHead(200, { 'content-length': 100 });
      response.write('some');
      if (requests === 1) setTimeout(() => response.destroy(), 50);
    });
    const store = signedStore(environment);
    const cut = await store({ bucket: 'b', key: 'k' });
    await expect(cut!.read()).rejects.toThrow('aborted');
    const still = await store({ bucket: 'b', key: 'k' });
    await expect(still!.read()).rejects.toThrow();
  }, 15_000);
});

describe('the endpoint of a service', () => {
  it.each([
    ['us-east-1', {}, 'https://s3.us-east-1.amazonaws.com/'],
    ['cn-north-1', {}, 'https://s3.cn-north-1.amazonaws.com.cn/'],
    ['eusc-de-east-1', {}, 'https://s3.eusc-de-east-1.amazonaws.eu/'],
    ['us-isob-east-1', {}, 'https://s3.us-isob-east-1.sc2s.sgov.gov/'],
    ['us-gov-west-1', { AWS_USE_FIPS_ENDPOINT: 'true' }, 'https://s3-fips.us-gov-west-1.amazonaws.com/'],
    ['us-east-1', { AWS_ENDPOINT_URL: 'http://all:1', AWS_ENDPOINT_URL_S3: 'http://s3:2' }, 'http://s3:2/'],
    ['us-east-1', { AWS_ENDPOINT_URL: 'http://all:1', AWS_ENDPOINT_URL_S3: '' }, 'http://all:1/'],
    [
      'us-east-1',
      { AWS_ENDPOINT_URL: 'http://all:1', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
      'https://s3.us-east-1.amazonaws.com/',
    ],
  ])('%s %j', (region, environment, url) => {
    expect(serviceEndpoint('s3', region, environment).url.href).toBe(url);
  });
});
