import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REGISTRY_TABLE } from '../../lib/local/topology.ts';
import { RegistryTable } from '../../lib/registry/table.ts';
import { tokenSha256 } from '../../lib/registry/token-format.ts';
import { createToken, revokeToken } from '../../lib/registry/tokens.ts';
import type { Scope } from '../../lib/routes.ts';
import { eventually, startTestStack, type TestStack } from '../helpers/stack.ts';

const ORIGIN = 'http://localhost:3000';

/** The gateway caches authorizer answers for a second in `brief`, and for an hour in `lasting`. */
let brief: TestStack;
let lasting: TestStack;
const made: string[] = [];
const clients: DynamoDBClient[] = [];
beforeAll(async () => {
  brief = await startTestStack(undefined, { auth: true, authorizerTtlSeconds: 1, corsOrigins: ORIGIN });
  lasting = await startTestStack(undefined, { auth: true, authorizerTtlSeconds: 3600 });
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await brief.dispose();
  await lasting.dispose();
});

function tableOf(stack: TestStack): RegistryTable {
  const client = new DynamoDBClient({ endpoint: stack.urls.dynamodb });
  clients.push(client);
  return new RegistryTable(client, REGISTRY_TABLE);
}

async function make(stack: TestStack, scopes: Scope[], expiresAtMs: number | null = null): Promise<string> {
  const request = { name: 'ci', scopes, expiresAtMs };
  const { token } = await createToken(tableOf(stack), request, { now: Date.now, randomBytes });
  made.push(token);
  return token;
}

async function send(stack: TestStack, path: string, authorization?: string, init: RequestInit = {}) {
  const answer = await fetch(`${stack.urls.http}${path}`, {
    ...init,
    headers: { ...init.headers, ...(authorization === undefined ? {} : { authorization }) },
  });
  const { status, headers } = answer;
  return { status, headers, type: headers.get('content-type'), text: await answer.text() };
}

const metrics = (stack: TestStack, token: string) => send(stack, '/metrics', `Bearer ${token}`);
const predict = (token: string) =>
  send(brief, '/predict', `Bearer ${token}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"features":[1]}',
  });

const refused = (stack: TestStack, token: string) =>
  eventually('the token to be refused', async () => {
    const { status } = await metrics(stack, token);
    return status === 401 ? true : undefined;
  });

describe('the whole system with --auth', () => {
  it('refuses a request without a token as the gateway does', async () => {
    expect(await send(brief, '/metrics')).toMatchObject({
      status: 401,
      type: 'application/json',
      text: '{"message":"Unauthorized"}',
    });
  });

  it.each([
    ['unknown', `Bearer skc_${'A'.repeat(43)}`],
    ['malformed', 'Bearer nothing'],
    ['another scheme', 'Basic YTpi'],
  ])('refuses a token that is %s with problem details', async (_, authorization) => {
    const answer = await send(brief, '/metrics', authorization);
    expect(answer).toMatchObject({ status: 401, type: 'application/problem+json' });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    expect(JSON.parse(answer.text)).toMatchObject({ status: 401, code: 'unauthorized' });
  });

  it('refuses a token on routes whose scope it lacks, and accepts it on others', async () => {
    const token = await make(brief, ['metrics']);
    const { status, text } = await predict(token);
    expect([status, JSON.parse(text).code]).toEqual([403, 'forbidden']);
    expect((await metrics(brief, token)).status).toBe(200);
    // There is no model yet. This answer of the function shows that the token was accepted.
    expect(JSON.parse((await predict(await make(brief, ['predict']))).text).code).toBe('unknown_model');
  });

  it('accepts several tokens at once, so that they can be rotated, and refuses a revoked one', async () => {
    const [old, next] = [await make(brief, ['metrics']), await make(brief, ['metrics'])];
    expect([(await metrics(brief, old)).status, (await metrics(brief, next)).status]).toEqual([200, 200]);
    await revokeToken(tableOf(brief), tokenSha256(old), Date.now);
    await refused(brief, old);
    expect((await metrics(brief, next)).status).toBe(200);
  });

  it('refuses an expired token, even while the gateway caches the verdict on it', async () => {
    // The first request starts two processes. The next ones are fast enough for a token that lives for
    // seconds.
    await metrics(lasting, await make(lasting, ['metrics']));
    const token = await make(lasting, ['metrics'], Date.now() + 4000);
    expect((await metrics(lasting, token)).status).toBe(200);
    await refused(lasting, token);
    // The gateway still accepts a revoked token, so it used its cache: the function refused the expired
    // token.
    const revoked = await make(lasting, ['metrics']);
    await metrics(lasting, revoked);
    await revokeToken(tableOf(lasting), tokenSha256(revoked), Date.now);
    expect((await metrics(lasting, revoked)).status).toBe(200);
  });

  it('needs no token for health, unknown paths and preflights', async () => {
    expect((await send(brief, '/health')).status).not.toBe(401);
    expect((await send(brief, '/health', undefined, { method: 'HEAD' })).status).not.toBe(401);
    expect((await send(brief, '/nowhere')).status).toBe(404);
    const { status, headers } = await send(brief, '/predict', undefined, {
      method: 'OPTIONS',
      headers: { origin: ORIGIN, 'access-control-request-method': 'POST' },
    });
    expect([status, headers.get('access-control-allow-origin')]).toEqual([204, ORIGIN]);
  });

  it('tells of no other model than the default one at /health, with or without a token', async () => {
    const token = await make(brief, ['predict', 'read']);
    const asked = ['/health?model=iris', '/health?model=none'].flatMap((path) => [
      send(brief, path),
      send(brief, path, `Bearer ${token}`),
    ]);
    const answers = (await Promise.all(asked)).map(({ status, text }) => [status, JSON.parse(text).code]);
    expect(answers).toEqual(answers.map(() => [401, 'unauthorized']));
  });

  it('writes no token anywhere', () => {
    expect(made.length).toBeGreaterThan(4);
    const written = JSON.stringify([brief, lasting].map(({ lines, problems }) => [lines, problems]));
    expect(made.filter((token) => written.includes(token.slice(4)))).toEqual([]);
    expect([brief.problems, lasting.problems]).toEqual([[], []]);
  });
});
