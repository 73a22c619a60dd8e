import { createHash, randomBytes } from 'node:crypto';
import {
  type DynamoDBClient,
  PutItemCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RegistryTable } from '../../../lib/registry/table.ts';
import { isTokenText, tokenSha256 } from '../../../lib/registry/token-format.ts';
import {
  createToken,
  findToken,
  isTokenValid,
  listTokens,
  revokeToken,
  type TokenRequest,
  tokenId,
} from '../../../lib/registry/tokens.ts';
import { openTestRegistry, type TestRegistry } from '../../helpers/dynamodb.ts';

const NOW_MS = Date.parse('2026-06-01T00:00:00Z');
const HOUR_MS = 3_600_000;

let registry: TestRegistry;
let nowMs: number;
beforeEach(async () => {
  registry = await openTestRegistry();
  nowMs = NOW_MS;
});
afterEach(() => registry.close());

const manyModels = (count: number) => Array.from({ length: count }, (_, i) => `model-${i}`);
const now = () => nowMs;
const create = (request: Partial<TokenRequest> = {}, table = registry.table, random = randomBytes) =>
  createToken(
    table,
    { name: 'ci', scopes: ['predict'], expiresAtMs: NOW_MS + HOUR_MS, ...request },
    { now, randomBytes: random },
  );
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: { code?: string }) => error.code ?? error,
  );

/** A client whose nth call of one kind fails: before it arrives, or after it was applied. */
function breaking(kind: typeof PutItemCommand | typeof UpdateItemCommand, how: 'unsent' | 'reply_lost') {
  let isBroken = false;
  const send = async (command: never) => {
    const breaks = !isBroken && (command as object) instanceof kind;
    if (!breaks) return await registry.client.send(command);
    isBroken = true;
    if (how === 'reply_lost') await registry.client.send(command);
    throw new Error('the connection broke');
  };
  return new RegistryTable({ send } as unknown as DynamoDBClient, 'registry');
}

describe('createToken', () => {
  it('makes a token of the known form, and stores nothing that reveals it', async () => {
    const { token, entry } = await create({ scopes: ['admin', 'predict', 'admin'] });
    expect(token).toMatch(/^skc_[A-Za-z0-9_-]{43}$/);
    expect(isTokenText(token)).toBe(true);
    expect(entry).toEqual({
      sha256: tokenSha256(token),
      name: 'ci',
      scopes: ['predict', 'admin'],
      models: null,
      created_at: '2026-06-01T00:00:00.000Z',
      expires_at: '2026-06-01T01:00:00.000Z',
      revoked_at: null,
    });
    const { Items } = await registry.client.send(new ScanCommand({ TableName: 'registry' }));
    expect(Items).toHaveLength(1);
    expect(JSON.stringify(Items)).not.toContain(token.slice(4));
  });

  it('binds a token to models, in a form that releases refuse which do not know of it', async () => {
    const models = ['wine', 'iris', 'wine', ...manyModels(17)];
    const { entry } = await create({ scopes: ['predict'], models });
    expect(entry).toMatchObject({ scopes: ['predict'], models: [...new Set(models)].sort() });
    expect(await findToken(registry.table, entry.sha256)).toEqual(entry);
    expect(await listTokens(registry.table)).toEqual([entry]);
    const item = await registry.table.get(`TOKEN#${entry.sha256}`, 'TOKEN');
    // They read `scopes` only, of which they want at least one.
    expect(item).toMatchObject({ scopes: [], bound_scopes: ['predict'] });
  });

  it.each([
    ['scopes for all models beside those of some', { scopes: ['admin'] }],
    ['no models', { models: [] }],
    ['models that went missing', { models: undefined }],
    ['bound scopes that went missing', { bound_scopes: undefined }],
  ])('does not take a bound token with %s', async (_, change) => {
    const { entry } = await create({ scopes: ['predict'], models: ['wine'] });
    const item = await registry.table.get(`TOKEN#${entry.sha256}`, 'TOKEN');
    const other = createHash('sha256').update(JSON.stringify(change)).digest('hex');
    await registry.table.putIfAbsent({ ...item!, pk: `TOKEN#${other}`, sha256: other, ...change });
    await expect(findToken(registry.table, other)).rejects.toThrow();
  });

  it('makes several valid tokens with the same name', async () => {
    const first = await create();
    const second = await create();
    for (const { entry } of [first, second]) {
      expect(isTokenValid((await findToken(registry.table, entry.sha256))!, nowMs)).toBe(true);
    }
    expect(tokenId(first.entry)).not.toBe(tokenId(second.entry));
  });

  it.each([
    ['no name', { name: '' }, 'token_name'],
    ['a name of spaces', { name: '  ' }, 'token_name'],
    ['a name that moves the cursor', { name: 'a\u001b[2J' }, 'token_name'],
    ['a name that turns the line around', { name: 'a\u202eb' }, 'token_name'],
    ['half a character', { name: 'a\ud83d' }, 'token_name'],
    ['a long name', { name: 'x'.repeat(65) }, 'token_name'],
    ['no scope', { scopes: [] }, 'token_scopes'],
    ['a name that no model can have', { models: ['wine', 'Wine'] }, 'token_models'],
    ['a list of no models', { models: [] }, 'token_models'],
    ['more models than a request can carry', { models: manyModels(21) }, 'token_models'],
    ['an expiry that has come', { expiresAtMs: NOW_MS }, 'token_expiry'],
    ['an expiry that is no time', { expiresAtMs: Number.NaN }, 'token_expiry'],
  ])('refuses %s and writes nothing', async (_, request, code) => {
    expect(await codeOf(create(request))).toBe(code);
    expect(await listTokens(registry.table)).toEqual([]);
  });

  it('never overwrites a token, even when the generator repeats its bytes', async () => {
    const same = () => Buffer.alloc(32, 7);
    const { entry } = await create({ name: 'first' }, registry.table, same as typeof randomBytes);
    expect(await codeOf(create({ name: 'second' }, registry.table, same as typeof randomBytes))).toBe(
      'token_exists',
    );
    expect(await findToken(registry.table, entry.sha256)).toEqual(entry);
  });

  it('returns the token when the reply to its put was lost, and fails when the put never arrived', async () => {
    const { token } = await create({}, breaking(PutItemCommand, 'reply_lost'));
    expect(await findToken(registry.table, tokenSha256(token))).toBeDefined();
    await expect(create({}, breaking(PutItemCommand, 'unsent'))).rejects.toThrow('the connection broke');
    expect(await listTokens(registry.table)).toHaveLength(1);
  });
});

describe('isTokenValid', () => {
  it('is true until the expiry, to the millisecond', async () => {
    const { entry } = await create();
    expect(isTokenValid(entry, NOW_MS + HOUR_MS - 1)).toBe(true);
    expect(isTokenValid(entry, NOW_MS + HOUR_MS)).toBe(false);
    const { entry: lasting } = await create({ expiresAtMs: null });
    expect(isTokenValid(lasting, NOW_MS * 10)).toBe(true);
  });
});

describe('listTokens', () => {
  it('lists all tokens over several pages, newest first', async () => {
    const made: string[] = [];
    for (let i = 0; i < 230; i++) {
      nowMs = NOW_MS + i;
      made.unshift((await create({ name: `t${i}` })).entry.sha256);
    }
    expect((await listTokens(registry.table)).map(({ sha256 }) => sha256)).toEqual(made);
  });
});

describe('revokeToken', () => {
  it('revokes a token by its id, and leaves the others', async () => {
    const first = await create();
    const second = await create();
    nowMs += 5;
    const { entry, isNew } = await revokeToken(registry.table, tokenId(first.entry), now);
    expect([entry.revoked_at, isNew]).toEqual(['2026-06-01T00:00:00.005Z', true]);
    expect(isTokenValid((await findToken(registry.table, first.entry.sha256))!, nowMs)).toBe(false);
    expect(isTokenValid((await findToken(registry.table, second.entry.sha256))!, nowMs)).toBe(true);
  });

  it('changes nothing the second time, whoever revokes it and when', async () => {
    const { entry } = await create();
    const times = await Promise.all(
      Array.from({ length: 10 }, (_, i) => revokeToken(registry.table, entry.sha256, () => NOW_MS + i)),
    );
    expect(times.filter(({ isNew }) => isNew)).toHaveLength(1);
    const [winner] = times.filter(({ isNew }) => isNew);
    const again = await revokeToken(registry.table, tokenId(entry), () => NOW_MS + HOUR_MS);
    expect(again).toEqual({ entry: winner!.entry, isNew: false });
  });

  it('may be repeated after a lost reply, or after it never arrived', async () => {
    for (const how of ['reply_lost', 'unsent'] as const) {
      const { entry } = await create();
      const broken = breaking(UpdateItemCommand, how);
      await expect(revokeToken(broken, entry.sha256, now)).rejects.toThrow('the connection broke');
      const again = await revokeToken(broken, entry.sha256, now);
      expect(again).toMatchObject({ isNew: how === 'unsent', entry: { revoked_at: expect.any(String) } });
    }
  });

  it('refuses an unknown token, and does not create one', async () => {
    for (const id of ['0123456789ab', 'f'.repeat(64)]) {
      expect(await codeOf(revokeToken(registry.table, id, now))).toBe('unknown_token');
    }
    const { Count } = await registry.client.send(new ScanCommand({ TableName: 'registry' }));
    expect(Count).toBe(0);
  });

  it('asks for more digits when several tokens begin with the same digits', async () => {
    const { entry } = await create();
    const twins = ['a', 'b'].map((digit) => `${'0'.repeat(12)}${digit.repeat(52)}`);
    for (const sha256 of twins) {
      await registry.table.putIfAbsent({
        ...entry,
        pk: `TOKEN#${sha256}`,
        sk: 'TOKEN',
        sha256,
        rank: 1,
        time_pk: 'TOKENS',
        time_sk: sha256,
      });
    }
    expect(await codeOf(revokeToken(registry.table, '0'.repeat(12), now))).toBe('ambiguous_token');
    const { entry: revoked } = await revokeToken(registry.table, `${'0'.repeat(12)}b`, now);
    expect(revoked.sha256).toBe(twins[1]);
  });
});

describe('findToken', () => {
  it('refuses an item that was changed after it was written', async () => {
    const { entry } = await create();
    const put = (pk: string, item: object) => registry.table.putIfAbsent({ ...item, pk, sk: 'TOKEN' });
    await put(`TOKEN#${'1'.repeat(64)}`, entry);
    expect(await codeOf(findToken(registry.table, '1'.repeat(64)))).toBe('token_key');
    await put(`TOKEN#${'2'.repeat(64)}`, { ...entry, sha256: '2'.repeat(64), scopes: ['everything'] });
    await expect(findToken(registry.table, '2'.repeat(64))).rejects.toThrow();
    await put(`TOKEN#${'3'.repeat(64)}`, { ...entry, sha256: '3'.repeat(64), expires_at: 'soon' });
    await expect(findToken(registry.table, '3'.repeat(64))).rejects.toThrow();
  });
});
