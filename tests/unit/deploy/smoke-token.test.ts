import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withSmokeToken } from '../../../lib/deploy/smoke-token.ts';
import { tokenSha256 } from '../../../lib/registry/token-format.ts';
import { findToken, isTokenValid, listTokens } from '../../../lib/registry/tokens.ts';
import { openTestRegistry, type TestRegistry } from '../../helpers/dynamodb.ts';

let registry: TestRegistry;
beforeEach(async () => {
  registry = await openTestRegistry();
});
afterEach(() => registry.close());

describe('the token of a rollout', () => {
  it('is valid during the work and revoked after it', async () => {
    const { table } = registry;
    const used = await withSmokeToken(table, undefined, async (token) => {
      const entry = await findToken(table, tokenSha256(token));
      expect(entry && isTokenValid(entry, Date.now())).toBe(true);
      expect(entry?.scopes).toEqual(['predict']);
      return token;
    });
    expect((await findToken(table, tokenSha256(used)))?.revoked_at).not.toBeNull();
  });

  it('is revoked after work that failed, whose error stays', async () => {
    const { table } = registry;
    await expect(withSmokeToken(table, '', () => Promise.reject(new Error('got 500')))).rejects.toThrow(
      'got 500',
    );
    const [entry, ...others] = await listTokens(table);
    expect(entry?.revoked_at).not.toBeNull();
    expect(others).toEqual([]);
  });

  it('is not made where one is given', async () => {
    expect(await withSmokeToken(registry.table, 'given', async (token) => token)).toBe('given');
    expect(await listTokens(registry.table)).toEqual([]);
  });
});
