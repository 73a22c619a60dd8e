import { randomBytes } from 'node:crypto';
import type { RegistryTable } from '../registry/table.ts';
import { createToken, revokeToken } from '../registry/tokens.ts';
import type { Scope } from '../routes.ts';

/** Longer than any rollout. A process that is killed revokes nothing: then the token ends by itself. */
const EXPIRY_MS = 4 * 3600 * 1000;

/**
 * Does some work with a token: the given one, or one that is made for it and revoked after it. That one never
 * leaves this process, so it is in no log and in no other process's arguments.
 *
 * @param given undefined or empty when there is none
 * @param scopes of the token that is made
 */
export async function withSmokeToken<T>(
  table: RegistryTable,
  given: string | undefined,
  work: (token: string) => Promise<T>,
  scopes: readonly Scope[] = ['predict'],
): Promise<T> {
  if (given) return await work(given);
  const request = { name: 'rollout', scopes, expiresAtMs: Date.now() + EXPIRY_MS };
  const { token, entry } = await createToken(table, request, { now: Date.now, randomBytes });
  try {
    return await work(token);
  } finally {
    await revokeToken(table, entry.sha256, Date.now);
  }
}
