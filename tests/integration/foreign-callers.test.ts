import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestStack, type TestStack } from '../helpers/stack.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack(undefined, { allowedHosts: ['classifier'] });
});
afterAll(() => stack.dispose());

type Port = keyof TestStack['urls'];

interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A call on every port that has an effect, or shows data. */
const CALLS: Readonly<Record<Port, Call>> = {
  http: { method: 'GET', path: '/models' },
  s3: { method: 'DELETE', path: '/classifier-raw/kept.csv' },
  dynamodb: {
    method: 'POST',
    path: '/',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.DeleteTable',
      'x-amz-date': '20260101T000000Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=local',
    },
    body: '{"TableName":"classifier-registry"}',
  },
  cloudwatch: {
    method: 'POST',
    path: '/',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'Action=ListMetrics&Version=2010-08-01',
  },
  lambda: { method: 'POST', path: '/2015-03-31/functions/housekeeping/invocations', body: '{}' },
  stepFunctions: {
    method: 'POST',
    path: '/',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'AWSStepFunctions.StartExecution',
    },
    body: JSON.stringify({
      stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:classifier-batch',
      name: 'none',
      input: JSON.stringify({ model: 'none', batch_id: '0'.repeat(64), attempt: 1 }),
    }),
  },
};
const PORTS = Object.keys(CALLS) as Port[];

/** fetch sets Host and Origin itself, and a page cannot: node:http sends what it is told. */
function statusOf(port: Port, headers: Readonly<Record<string, string>>): Promise<number> {
  const { method, path, headers: own = {}, body = '' } = CALLS[port];
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, stack.urls[port]), { method, headers: { ...own, ...headers } });
    sent.on('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const hostOf = (port: Port) => new URL(stack.urls[port]).host;
const reads = () => fetch(`${stack.urls.s3}/classifier-raw/kept.csv`).then(({ status }) => status);

describe('every port of the laptop', () => {
  it('is in this test', () => {
    expect(PORTS.toSorted()).toEqual(Object.keys(stack.urls).toSorted());
  });

  it.each(PORTS)('refuses a foreign host: %s', async (port) => {
    const { port: number } = new URL(stack.urls[port]);
    for (const host of [`evil.example:${number}`, 'evil.example', `localhost.evil.example:${number}`])
      expect([host, await statusOf(port, { host })]).toEqual([host, 403]);
  });

  it.each(PORTS.filter((port) => port !== 'http'))('refuses a foreign origin: %s', async (port) => {
    await fetch(`${stack.urls.s3}/classifier-raw/kept.csv`, { method: 'PUT', body: 'a\n' });
    const origins = ['http://evil.example', 'null', 'http://localhost:3000', `https://${hostOf(port)}`];
    for (const origin of origins) expect([origin, await statusOf(port, { origin })]).toEqual([origin, 403]);
    expect(await reads()).toBe(200);
  });

  it('leaves origins to the CORS settings on the HTTP API', async () => {
    expect(await statusOf('http', { origin: 'http://evil.example' })).toBe(200);
  });

  it('answers under the names of this machine, and under those that are given', async () => {
    for (const port of PORTS.filter((name) => name !== 'dynamodb')) {
      const { port: number } = new URL(stack.urls[port]);
      for (const host of [`localhost:${number}`, `127.0.0.1:${number}`, `classifier:${number}`])
        expect([port, host, await statusOf(port, { host })]).not.toContain(403);
    }
    expect(await statusOf('dynamodb', { host: 'localhost' })).toBe(200);
  });
});
