import { describe, expect, it } from 'vitest';
import {
  DEFAULT_ENDPOINT,
  DEFAULT_TABLE,
  parseTokenCommandLine,
} from '../../../lib/cli/token-command-line.ts';
import { parseExpiry } from '../../../lib/cli/token-expiry.ts';
import { describeTokens } from '../../../lib/cli/token-text.ts';
import { parseCommandLine } from '../../../lib/local/command-line.ts';
import { functionDefinitions, REGISTRY_TABLE, routes } from '../../../lib/local/topology.ts';
import { tryIt } from '../../../lib/local/try-it.ts';
import { tokenSha256, tokenText } from '../../../lib/registry/token-format.ts';

const NOW_MS = Date.parse('2026-06-01T12:00:00Z');
const DAY_MS = 86_400_000;
const TOKEN = tokenText(Buffer.alloc(32, 1));

const parse = (...args: string[]) => parseTokenCommandLine(args, NOW_MS, 'ada');

describe('parseExpiry', () => {
  it.each([
    ['30m', NOW_MS + 30 * 60_000],
    ['12h', NOW_MS + DAY_MS / 2],
    ['90d', NOW_MS + 90 * DAY_MS],
    ['2026-06-02', Date.parse('2026-06-02T00:00:00Z')],
    ['2028-02-29', Date.parse('2028-02-29T00:00:00Z')],
    ['2026-06-01T14:00:01+02:00', NOW_MS + 1000],
    ['2026-06-01T12:00:00.001Z', NOW_MS + 1],
    ['never', null],
  ])('reads %s', (text, expected) => {
    expect(parseExpiry(text, NOW_MS)).toBe(expected);
  });

  it.each([
    '',
    '0d',
    '-1d',
    '1.5h',
    '90',
    'd',
    '90 d',
    '90D',
    '1w',
    '1e3m',
    '9999999d',
    'tomorrow',
    '2026-06-01',
    '2026-06-01T12:00:00Z',
    '2026-06-31',
    '2027-02-29',
    '2026-13-01',
    '2027-01-01T12:00',
    '2027-01-01T25:00Z',
    '01/02/2027',
    '2037-01-01',
    'Never',
  ])('refuses %j', (text) => {
    expect(() => parseExpiry(text, NOW_MS)).toThrow(/^--expires: expected /);
  });
});

describe('the token command line', () => {
  it('takes one scope or more, and is careful by default', () => {
    expect(parse('create', '--scope', 'read', '--scope', 'predict', '--scope', 'read')).toEqual({
      action: {
        kind: 'create',
        scopes: ['predict', 'read'],
        models: undefined,
        name: 'ada',
        expiresAtMs: NOW_MS + 90 * DAY_MS,
      },
      endpoint: 'http://127.0.0.1:9001',
      table: 'classifier-registry',
      json: false,
    });
  });

  it('takes the models that a token is for', () => {
    const { action } = parse('create', '--scope', 'read', '--model', 'wine', '--model', 'iris')!;
    expect(action).toMatchObject({ models: ['wine', 'iris'] });
  });

  it('looks by itself where npm start keeps the registry', () => {
    expect(DEFAULT_TABLE).toBe(REGISTRY_TABLE);
    expect(DEFAULT_ENDPOINT).toBe(`http://127.0.0.1:${parseCommandLine([])!.dynamodbPort}`);
  });

  it('takes an id or a token to revoke', () => {
    expect(parse('revoke', '0123456789ab')?.action).toEqual({ kind: 'revoke', id: '0123456789ab' });
    expect(parse('revoke', TOKEN)?.action).toEqual({ kind: 'revoke', id: tokenSha256(TOKEN) });
  });

  it('leaves the endpoint to AWS with --aws', () => {
    expect(parse('list', '--aws', '--table', 't')).toMatchObject({ endpoint: undefined, table: 't' });
    expect(parse('-h')).toBeUndefined();
  });

  it.each<[string[], string]>([
    [[], 'expected create, list, or revoke <id>'],
    [['make'], 'expected create'],
    [['create'], '--scope: expected one or more of predict'],
    [
      ['create', '--scope', 'all'],
      '--scope: expected one of predict, read, upload, admin, metrics, got "all"',
    ],
    [['create', '--scope', 'predict,read'], '--scope: expected one of'],
    [['create', 'x', '--scope', 'read'], 'create: expected options only'],
    [['create', '--scope', 'read', '--name', 'a\u001b[2J'], '--name: expected a name without invisible'],
    [['create', '--scope', 'read', '--name', ''], '--name: expected a name of 1 to 64'],
    [['create', '--scope', 'read', '--expires', 'soon'], '--expires'],
    [['create', '--scope', 'read', '--model', 'wine,iris'], '--model: expected the name of a model'],
    [['create', '--scope', 'read', '--model', ''], '--model: expected the name of a model'],
    [['list', '--model', 'wine'], '--model: belongs to create only'],
    [['list', 'x'], 'expected create, list'],
    [['list', '--expires', '1d'], '--expires: belongs to create only'],
    [['list', '--aws', '--endpoint', 'http://a'], 'expected --aws or --endpoint, got both'],
    [['list', '--endpoint', '127.0.0.1:9001'], '--endpoint: expected a URL'],
    [['revoke'], 'expected create, list, or revoke <id>'],
    [['revoke', '0123456789a'], 'revoke: expected an id of 12'],
    [['revoke', '0123456789ab', 'f'.repeat(12)], 'expected create'],
    [['list', '--nope'], '--nope'],
  ])('refuses %j', (args, fault) => {
    expect(() => parse(...args)).toThrow(fault);
  });

  it('never quotes what may be most of a token', () => {
    const cut = TOKEN.slice(0, -1);
    expect(() => parse('revoke', cut)).toThrow(/^(?!.*AQEB)/);
  });
});

describe('describeTokens', () => {
  it('tells valid, expired and revoked apart, and shows no control character', () => {
    const entry = {
      sha256: 'a'.repeat(64),
      name: 'ci',
      scopes: ['read', 'predict'] as const,
      models: null,
      created_at: '2026-05-01T00:00:00.000Z',
      expires_at: null,
      revoked_at: null,
    };
    const past = '2026-06-01T12:00:00.000Z';
    const lines = describeTokens(
      [
        entry,
        { ...entry, expires_at: past, models: ['iris', 'wine'] },
        { ...entry, name: 'x\u001b', expires_at: past, revoked_at: past },
      ],
      NOW_MS,
    );
    expect(lines).toEqual([
      '  id            name     scopes        models     created (UTC)     expires (UTC)     state',
      '  aaaaaaaaaaaa  ci       read predict  all        2026-05-01T00:00  never             valid',
      '  aaaaaaaaaaaa  ci       read predict  iris wine  2026-05-01T00:00  2026-06-01T12:00  expired',
      '  aaaaaaaaaaaa  x\\u{1b}  read predict  all        2026-05-01T00:00  2026-06-01T12:00  revoked',
    ]);
  });
});

describe('npm start -- --auth', () => {
  it('asks for tokens on every route that has a scope, and on no other', () => {
    const open = routes(true).filter(({ isAuthorized }) => !isAuthorized);
    const readable = ['/health', '/', '/console/{file}', '/openapi.json', '/docs', '/docs/{file}'];
    expect(open.map(({ routeKey }) => routeKey)).toEqual([
      ...readable.flatMap((path) => [`GET ${path}`, `HEAD ${path}`]),
      '$default',
    ]);
    expect(routes(false).some(({ isAuthorized }) => isAuthorized)).toBe(false);
  });

  it('has the functions ask too', () => {
    const variables = (auth: boolean) =>
      functionDefinitions(
        [{ name: 'predict', file: '/p' }],
        { s3: 's', dynamodb: 'd', cloudwatch: 'c', stepFunctions: 'f' },
        { auth, actor: 'ada', corsOrigins: '' },
      )[0]!.environment;
    expect(variables(true)).toMatchObject({ AUTH: 'required' });
    expect(variables(true)).not.toHaveProperty('LOCAL_ACTOR');
    expect(variables(false)).toMatchObject({ AUTH: 'off', LOCAL_ACTOR: 'ada' });
  });

  it('shows how to make a token while there is none, where it must be made, and how it is sent', () => {
    const facts = { api: 'http://localhost:8000', s3: 'http://127.0.0.1:9000', dynamodb: DEFAULT_ENDPOINT };
    const [create, predict] = tryIt({ ...facts, auth: true, needsToken: true });
    expect(create).toBe('TOKEN=$(npm run --silent token -- create --scope predict --scope metrics)');
    expect(predict).toContain(' -H "Authorization: Bearer $TOKEN" ');
    expect(tryIt({ ...facts, auth: true, needsToken: false })[0]).toBe(predict);
    expect(tryIt({ ...facts, auth: false, needsToken: false }).join()).not.toContain('TOKEN');
    const moved = tryIt({ ...facts, dynamodb: 'http://127.0.0.1:5', auth: true, needsToken: true });
    expect(moved[0]).toContain(' --endpoint http://127.0.0.1:5)');
  });

  it('takes origins for CORS, and says what is wrong with them', () => {
    expect(parseCommandLine(['--cors', 'http://localhost:3000'])).toMatchObject({
      auth: false,
      corsOrigins: 'http://localhost:3000',
    });
    expect(() => parseCommandLine(['--cors', 'localhost:3000'])).toThrow(
      /^--cors: expected "\*", or origins/,
    );
  });
});
