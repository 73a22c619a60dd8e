import { isTokenValid, type TokenEntry, tokenId } from '../registry/tokens.ts';
import { textTable } from './terminal-text.ts';

/** Lines about a new token, without the token itself. */
export function describeCreated(entry: TokenEntry): string[] {
  const { name, scopes, models, expires_at } = entry;
  const holdsFor = models === null ? '' : `, of ${models.join(', ')} only`;
  const expiry = expires_at === null ? 'does not expire' : `expires ${expires_at}`;
  return [
    `Token ${tokenId(entry)} of "${name}" for ${scopes.join(', ')}${holdsFor}; ${expiry}. It is not shown again.`,
    'Send it as "Authorization: Bearer <token>".',
  ];
}

export function describeRevoked(entry: TokenEntry, isNew: boolean): string {
  const subject = `Token ${tokenId(entry)} of "${entry.name}"`;
  return isNew
    ? `${subject} is revoked. A gateway that has just seen it may honour it for 60 s.`
    : `${subject} was revoked already, ${entry.revoked_at}.`;
}

/** Lines with a table of tokens for people. @param nowMs milliseconds since the epoch */
export function describeTokens(entries: readonly TokenEntry[], nowMs: number): string[] {
  const rows = entries.map((entry) => [
    tokenId(entry),
    entry.name,
    entry.scopes.join(' '),
    entry.models?.join(' ') ?? 'all',
    entry.created_at.slice(0, 16),
    entry.expires_at?.slice(0, 16) ?? 'never',
    tokenState(entry, nowMs),
  ]);
  return textTable([['id', 'name', 'scopes', 'models', 'created (UTC)', 'expires (UTC)', 'state'], ...rows]);
}

/** A token's entry as JSON, for programs. */
export function tokenJson(entry: TokenEntry, nowMs: number): Record<string, unknown> {
  return { id: tokenId(entry), ...entry, state: tokenState(entry, nowMs) };
}

function tokenState(entry: TokenEntry, nowMs: number): 'valid' | 'revoked' | 'expired' {
  if (isTokenValid(entry, nowMs)) return 'valid';
  return entry.revoked_at === null ? 'expired' : 'revoked';
}
