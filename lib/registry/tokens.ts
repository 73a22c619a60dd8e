import * as z from 'zod/mini';
import { byCodeUnits } from '../code-units.ts';
import { ClassifierError } from '../errors.ts';
import { SCOPES, type Scope } from '../routes.ts';
import type { Item, RegistryReads } from './item-reads.ts';
import type { RegistryTable, TimeKey } from './table.ts';
import {
  TOKEN_BYTES,
  TOKEN_ID_DIGITS,
  TOKENS_BY_TIME,
  tokenModelsFault,
  tokenNameFault,
  tokenSha256,
  tokenText,
} from './token-format.ts';

/**
 * A token only moves forward, from live to revoked. Revoking it twice, or again after a lost reply, changes
 * nothing.
 */
const RANKS = { live: 1, revoked: 2 } as const;

const PAGE_ITEMS = 100;

const scopes = z.readonly(z.array(z.enum(SCOPES)).check(z.minLength(1)));

/**
 * One API token: `pk=TOKEN#<sha256>, sk=TOKEN`. The token itself is never stored. Names need not be unique: a
 * new token can have the name of the old one while both are valid. The sha256, or its first digits,
 * distinguishes them.
 */
export const tokenEntry = z.object({
  sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  name: z.string().check(z.minLength(1)),
  scopes,
  /** The models that the scopes hold for, in code-unit order; null when they hold for all. */
  models: z.nullable(z.readonly(z.array(z.string()))),
  /** ISO 8601, UTC. */
  created_at: z.iso.datetime(),
  /** ISO 8601, UTC; null when it does not expire. */
  expires_at: z.nullable(z.iso.datetime()),
  /** ISO 8601, UTC; null while it is not revoked. */
  revoked_at: z.nullable(z.iso.datetime()),
});

export type TokenEntry = z.infer<typeof tokenEntry>;

/**
 * What an entry of a token that is bound to models has in place of its scopes. `scopes` is empty there, which
 * releases refuse that do not know these two: they would let it pass for all models.
 */
const binding = z.object({
  scopes: z.array(z.never()),
  bound_scopes: scopes,
  models: z.readonly(z.array(z.string()).check(z.minLength(1))),
});

/**
 * Sources for new tokens: the time in milliseconds since the epoch, and bytes from a cryptographic generator.
 */
export interface TokenSources {
  readonly now: () => number;
  readonly randomBytes: (count: number) => Uint8Array;
}

export interface TokenRequest {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** The models that the scopes shall hold for; all when left out. None of them needs to exist yet. */
  readonly models?: readonly string[] | undefined;
  /** Milliseconds since the epoch; null for a token that does not expire. */
  readonly expiresAtMs: number | null;
}

/** Identifies a token to people. */
export const tokenId = ({ sha256 }: Pick<TokenEntry, 'sha256'>) => sha256.slice(0, TOKEN_ID_DIGITS);

/**
 * Makes a token. Only the caller ever sees it. A lost token must be revoked and replaced.
 *
 * @throws ClassifierError `token_name`, `token_scopes`, `token_models` or `token_expiry` for an invalid
 *   request
 */
export async function createToken(
  table: RegistryTable,
  request: TokenRequest,
  { now, randomBytes }: TokenSources,
): Promise<{ readonly token: string; readonly entry: TokenEntry }> {
  const nowMs = now();
  checkRequest(request, nowMs);
  const token = tokenText(randomBytes(TOKEN_BYTES));
  const { name, scopes, models, expiresAtMs } = request;
  const entry: TokenEntry = {
    sha256: tokenSha256(token),
    name,
    scopes: SCOPES.filter((scope) => scopes.includes(scope)),
    models: models === undefined ? null : [...new Set(models)].sort(byCodeUnits),
    created_at: new Date(nowMs).toISOString(),
    expires_at: expiresAtMs === null ? null : new Date(expiresAtMs).toISOString(),
    revoked_at: null,
  };
  const outcome = await table.putIfAbsent({
    ...keyOf(entry.sha256),
    ...storedOf(entry),
    rank: RANKS.live,
    time_pk: TOKENS_BY_TIME,
    time_sk: `${entry.created_at}#${entry.sha256}`,
  });
  if (outcome.kind === 'written') return { token, entry };
  throw new ClassifierError('token_exists', 'The generator gave the bytes of a token that exists already');
}

/** The attributes of an entry, as they are stored. */
function storedOf({ scopes, models, ...entry }: TokenEntry) {
  return models === null ? { ...entry, scopes } : { ...entry, scopes: [], bound_scopes: scopes, models };
}

function checkRequest({ name, scopes, models, expiresAtMs }: TokenRequest, nowMs: number): void {
  const fault = tokenNameFault(name);
  if (fault !== undefined) throw new ClassifierError('token_name', fault);
  if (scopes.length === 0) throw new ClassifierError('token_scopes', 'expected one scope or more, got none');
  const modelsFault = models && tokenModelsFault(models);
  if (modelsFault !== undefined) throw new ClassifierError('token_models', modelsFault);
  if (expiresAtMs !== null && !(expiresAtMs > nowMs)) {
    throw new ClassifierError('token_expiry', 'expected an expiry in the future');
  }
}

/** The registry's entry of a token, valid or not; undefined when there is none with that sha256. */
export async function findToken(table: RegistryReads, sha256: string): Promise<TokenEntry | undefined> {
  const { pk, sk } = keyOf(sha256);
  const item = await table.get(pk, sk);
  return item && readToken(item);
}

/**
 * Whether a token may be used.
 *
 * @param nowMs milliseconds since the epoch
 */
export function isTokenValid({ revoked_at, expires_at }: TokenEntry, nowMs: number): boolean {
  return revoked_at === null && (expires_at === null || Date.parse(expires_at) > nowMs);
}

/**
 * All tokens, newest first, with revoked and expired ones. The index that lists them may be about a second
 * late.
 */
export async function listTokens(table: RegistryTable): Promise<TokenEntry[]> {
  const entries: TokenEntry[] = [];
  let after: TimeKey | undefined;
  for (;;) {
    const { items, hasMore } = await table.pageByTime(TOKENS_BY_TIME, { limit: PAGE_ITEMS, after });
    entries.push(...items.map(readToken));
    const last = items.at(-1);
    if (!hasMore || !last) return entries;
    after = timeKeyOf(last);
  }
}

/**
 * Revokes a token for good. A token that is already revoked stays as it is.
 *
 * @param idOrSha256 the first digits of its sha256, at least TOKEN_ID_DIGITS of them
 * @returns the token's entry after the call
 * @throws ClassifierError `unknown_token`, or `ambiguous_token` when several tokens begin with these digits
 */
export async function revokeToken(
  table: RegistryTable,
  idOrSha256: string,
  now: () => number,
): Promise<{ readonly entry: TokenEntry; readonly isNew: boolean }> {
  const sha256 = await resolve(table, idOrSha256);
  if (!(await findToken(table, sha256))) throw unknownToken(idOrSha256);
  const { pk, sk } = keyOf(sha256);
  const isNew = await table.advance(pk, sk, RANKS.revoked, { revoked_at: new Date(now()).toISOString() });
  return { entry: (await findToken(table, sha256))!, isNew };
}

/** A whole sha256 does not need the index, which may be late. */
async function resolve(table: RegistryTable, idOrSha256: string): Promise<string> {
  if (/^[0-9a-f]{64}$/.test(idOrSha256)) return idOrSha256;
  const found = (await listTokens(table)).filter(({ sha256 }) => sha256.startsWith(idOrSha256));
  if (found.length > 1) {
    const all = found.map(({ sha256 }) => sha256).join(', ');
    throw new ClassifierError(
      'ambiguous_token',
      `${idOrSha256}: several tokens begin so: ${all}; give more digits`,
    );
  }
  if (!found[0]) throw unknownToken(idOrSha256);
  return found[0].sha256;
}

function unknownToken(idOrSha256: string): ClassifierError {
  return new ClassifierError('unknown_token', `${idOrSha256}: there is no such token`);
}

const keyOf = (sha256: string) => ({ pk: `TOKEN#${sha256}`, sk: 'TOKEN' });

function timeKeyOf({ pk, sk, time_pk, time_sk }: Item): TimeKey {
  return { pk, sk, time_pk: String(time_pk), time_sk: String(time_sk) };
}

/**
 * The key is compared with the entry: an item that was copied or edited under another key must not be valid.
 */
function readToken(item: Item): TokenEntry {
  const isBound = item.models != null || item.bound_scopes != null;
  const { bound_scopes: bound, models } = isBound ? z.parse(binding, item) : { models: null };
  const entry = z.parse(tokenEntry, { ...item, models, ...(bound ? { scopes: bound } : {}) });
  if (item.pk === keyOf(entry.sha256).pk) return entry;
  throw new ClassifierError('token_key', `${item.pk}: holds the entry of another token`);
}
