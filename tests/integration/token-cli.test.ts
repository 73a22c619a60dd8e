import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tokenSha256 } from '../../lib/registry/token-format.ts';
import { findToken } from '../../lib/registry/tokens.ts';
import { runCli } from '../helpers/command.ts';
import { openTestRegistry, type TestRegistry } from '../helpers/dynamodb.ts';

let registry: TestRegistry;
beforeAll(async () => {
  registry = await openTestRegistry();
});
afterAll(() => registry.close());

const token = (...args: string[]) =>
  runCli('token', ...args, '--endpoint', registry.endpoint, '--table', 'registry');

describe('npm run token', () => {
  it('prints only the token on standard output, and everything else on standard error', async () => {
    const { code, stdout, stderr } = await token('create', '--scope', 'predict', '--name', 'ci');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^skc_[A-Za-z0-9_-]{43}\n$/);
    const entry = await findToken(registry.table, tokenSha256(stdout.trim()));
    expect(entry).toMatchObject({ name: 'ci', scopes: ['predict'], revoked_at: null });
    expect(Date.parse(entry!.expires_at!) - Date.parse(entry!.created_at)).toBeCloseTo(90 * 86_400_000, -4);
    expect(stderr).toContain(entry!.sha256.slice(0, 12));
    expect(stderr).not.toContain(stdout.trim());
  });

  it('lists tokens, and revokes them by id, also twice', async () => {
    const made = await token('create', '--scope', 'read', '--name', 'reader', '--expires', 'never', '--json');
    const { id, token: text, ...facts } = JSON.parse(made.stdout) as Record<string, string>;
    expect(facts).toMatchObject({ name: 'reader', scopes: ['read'], expires_at: null, state: 'valid' });
    expect((await token('list')).stdout).toMatch(
      new RegExp(`^  ${id}  reader +read +all +\\S+ +never +valid$`, 'm'),
    );
    const revoked = await token('revoke', id!);
    expect(revoked).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('is revoked') });
    const again = await token('revoke', text!, '--json');
    expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('was revoked already') });
    expect(JSON.parse(again.stdout)).toMatchObject({ id, state: 'revoked' });
    const list = JSON.parse((await token('list', '--json')).stdout) as Record<string, string>[];
    expect(list.find((entry) => entry.id === id)).toMatchObject({ state: 'revoked' });
    expect(JSON.stringify(list)).not.toContain('skc_');
  });

  it('says what to do when there is no such token, no such table, or no DynamoDB', async () => {
    expect(await token('revoke', '0123456789ab')).toEqual({
      code: 1,
      stdout: '',
      stderr: '0123456789ab: there is no such token\n',
    });
    const noTable = await runCli('token', 'list', '--endpoint', registry.endpoint);
    expect([noTable.code, noTable.stderr]).toEqual([
      1,
      `${registry.endpoint}: there is no table "classifier-registry"; name it with --table\n`,
    ]);
    const nobody = await runCli('token', 'list', '--endpoint', 'http://127.0.0.1:1');
    expect([nobody.code, nobody.stderr]).toEqual([
      1,
      expect.stringContaining(
        'http://127.0.0.1:1: nothing listens there. Start the system with `npm start -- --auth`',
      ),
    ]);
  });

  it('exits with 2 and its usage for a mistake, and with 0 for -h', async () => {
    expect(await token('create')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^--scope: expected .*\n\nUsage: npm run --silent token/),
    });
    expect(await runCli('token', '-h')).toMatchObject({ code: 0, stderr: '' });
  });
});
