import { randomBytes } from 'node:crypto';
import type { Context } from 'aws-lambda';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { handler as Handler } from '../../../../functions/authorize/handler.ts';
import { type AuthorizerContext, authorizerContext } from '../../../../lib/http/access.ts';
import { createToken, revokeToken } from '../../../../lib/registry/tokens.ts';
import { captureOutput } from '../../../helpers/captured-output.ts';
import { openTestRegistry, type TestRegistry } from '../../../helpers/dynamodb.ts';
import { httpEvent, LAMBDA_CONTEXT } from '../../../helpers/http-event.ts';

const NOBODY = { name: '', scopes: '', expires_at: '' };

captureOutput();
let registry: TestRegistry;
let handler: typeof Handler;
let token: string;
let expiresAt: string;
beforeAll(async () => {
  registry = await openTestRegistry();
  vi.stubEnv('REGISTRY_TABLE', 'registry');
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', registry.endpoint);
  ({ handler } = await import('../../../../functions/authorize/handler.ts'));
  const expiresAtMs = Date.now() + 3_600_000;
  expiresAt = new Date(expiresAtMs).toISOString();
  token = await make({ expiresAtMs });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await registry.close();
});

async function make({
  expiresAtMs = null as number | null,
  nowMs = Date.now(),
  models = undefined as string[] | undefined,
} = {}): Promise<string> {
  const made = await createToken(
    registry.table,
    { name: 'ci', scopes: ['read', 'predict'], models, expiresAtMs },
    { now: () => nowMs, randomBytes },
  );
  return made.token;
}

/** The event as the gateway sends it: without a body. */
function eventOf(headers: Record<string, string> | undefined, routeKey = 'POST /predict') {
  const { body: _, isBase64Encoded: __, ...event } = httpEvent(routeKey);
  return {
    ...event,
    type: 'REQUEST' as const,
    routeArn: 'arn:aws:execute-api:us-east-1:000000000000:local/$default/POST/predict',
    identitySource: [headers?.authorization ?? '', routeKey],
    cookies: [],
    headers: headers as Record<string, string>,
  };
}

async function contextOf(authorization: string | undefined): Promise<AuthorizerContext> {
  const answer = await ask(authorization);
  expect(answer.isAuthorized).toBe(true);
  return answer.context;
}

const ask = (authorization: string | undefined) =>
  handler(eventOf(authorization === undefined ? {} : { authorization }), LAMBDA_CONTEXT as Context);

describe('the authorize function', () => {
  it('names the token, its scopes and its expiry', async () => {
    expect(await ask(`Bearer ${token}`)).toEqual({
      isAuthorized: true,
      context: { name: 'ci', scopes: 'predict read', expires_at: expiresAt },
    });
    expect(await contextOf(`Bearer ${await make()}`)).toMatchObject({ name: 'ci', expires_at: '' });
  });

  it('names the models of a token that is bound, and no scope that holds for all of them', async () => {
    expect(await contextOf(`Bearer ${await make({ models: ['wine', 'iris'] })}`)).toEqual({
      ...{ name: 'ci', scopes: '', expires_at: '' },
      ...{ bound_scopes: 'predict read', models: 'iris wine' },
    });
  });

  it.each(['bearer', 'BEARER', 'bEaReR'])('takes the scheme as %s', async (scheme) => {
    expect(await contextOf(`${scheme}  ${token}`)).toMatchObject({ name: 'ci' });
  });

  it.each<[string, (token: string) => string | undefined]>([
    ['no header', () => undefined],
    ['an empty header', () => ''],
    ['the token alone', (token) => token],
    ['the scheme alone', () => 'Bearer'],
    ['the scheme and a space', () => 'Bearer '],
    ['another scheme', (token) => `Basic ${token}`],
    ['a scheme that only begins so', (token) => `BearerX ${token}`],
    ['two tokens', (token) => `Bearer ${token} ${token}`],
    ['two headers, joined', (token) => `Bearer ${token},Bearer ${token}`],
    ['a parameter', (token) => `Bearer ${token}, realm="x"`],
    ['quotes', (token) => `Bearer "${token}"`],
    ['a space before', (token) => ` Bearer ${token}`],
    ['a space behind', (token) => `Bearer ${token} `],
    ['a tab between', (token) => `Bearer\t${token}`],
    ['a line feed behind', (token) => `Bearer ${token}\n`],
    ['a NUL behind', (token) => `Bearer ${token}\0`],
    ['a token that is cut', (token) => `Bearer ${token.slice(0, -1)}`],
    ['a token with one more letter', (token) => `Bearer ${token}A`],
    ['a token in capitals', (token) => `Bearer ${token.toUpperCase()}`],
    ['a token without its prefix', (token) => `Bearer ${token.slice(4)}`],
    ['a letter of another script', (token) => `Bearer ${token.slice(0, -1)}а`],
    ['an unknown token', () => `Bearer skc_${'A'.repeat(43)}`],
    ['the sha256 of a token', () => `Bearer ${'a'.repeat(64)}`],
    ['ten thousand letters', () => `Bearer ${'A'.repeat(10_000)}`],
    ['ten thousand spaces', (token) => `Bearer${' '.repeat(10_000)}${token}`],
    ['a prototype', () => 'Bearer __proto__'],
  ])('knows nobody by %s', async (_, header) => {
    expect(await contextOf(header(token))).toEqual(NOBODY);
  });

  it('passes as nobody with a revoked or expired token', async () => {
    const revoked = await make();
    expect(await contextOf(`Bearer ${revoked}`)).toMatchObject({ name: 'ci' });
    const { tokenSha256 } = await import('../../../../lib/registry/token-format.ts');
    await revokeToken(registry.table, tokenSha256(revoked), Date.now);
    expect(await contextOf(`Bearer ${revoked}`)).toEqual(NOBODY);
    const expired = await make({ nowMs: 0, expiresAtMs: Date.now() - 1 });
    expect(await contextOf(`Bearer ${expired}`)).toEqual(NOBODY);
  });

  it('passes as nobody when the event has no headers', async () => {
    expect(await handler(eventOf(undefined), LAMBDA_CONTEXT as Context)).toEqual({
      isAuthorized: true,
      context: NOBODY,
    });
  });

  it('answers any header with a valid simple response, and with a name only for the exact token', async () => {
    const part = fc.oneof(
      fc.constantFrom('Bearer', 'bearer', ' ', ',', '\t', '"', token, 'skc_', '\0', 'é'),
      fc.string({ unit: 'binary', maxLength: 20 }),
    );
    const nearly = fc
      .tuple(
        fc.constantFrom('Bearer', 'bearer', 'BEARER', 'Basic'),
        fc.constantFrom(' ', '  ', ''),
        fc.constantFrom(token, token.toLowerCase(), `${token}=`),
        fc.constantFrom('', '', ' ', 'x'),
      )
      .map((parts) => parts.join(''));
    const header = fc.oneof(
      nearly,
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.array(part, { maxLength: 6 }).map((parts) => parts.join('')),
    );
    let known = 0;
    await fc.assert(
      fc.asyncProperty(header, async (text) => {
        const context = await contextOf(text);
        expect(authorizerContext.safeParse(context).success).toBe(true);
        const words = text.split(/ +/);
        const isRight = words.length === 2 && /^bearer$/i.test(words[0]!) && words[1] === token;
        known += Number(isRight);
        expect(context.name).toBe(isRight ? 'ci' : '');
      }),
      { numRuns: 3000 },
    );
    expect(known).toBeGreaterThan(10);
  });

  it('fails when the table cannot be read, so that nobody passes, and logs neither token nor event', async () => {
    const spies = [process.stdout, process.stderr].map((stream) =>
      vi.spyOn(stream, 'write').mockReturnValue(true),
    );
    await registry.close();
    await expect(ask(`Bearer ${token}`)).rejects.toThrow('ECONNREFUSED');
    const lines = JSON.stringify(spies.flatMap(({ mock }) => mock.calls));
    for (const spy of spies) spy.mockRestore();
    registry = await openTestRegistry();
    expect(lines).toContain('authorization failed');
    expect(lines).toContain('request-1');
    expect(lines).not.toContain(token);
  });
});
