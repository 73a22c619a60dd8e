import type { AuthorizerContext } from '../../lib/http/access.ts';
import type { RegistryReads } from '../../lib/registry/item-reads.ts';
import { isTokenText, tokenSha256 } from '../../lib/registry/token-format.ts';
import { findToken, isTokenValid, type TokenEntry } from '../../lib/registry/tokens.ts';

/** A Lambda authorizer's answer in the simple format of payload 2.0. */
export interface AuthorizerAnswer {
  readonly isAuthorized: true;
  readonly context: AuthorizerContext;
}

/** "Bearer", a token and the spaces between are far shorter. Longer headers are not parsed. */
const MAX_HEADER_LENGTH = 128;

const BEARER = /^bearer +(\S+)$/i;

const NOBODY: AuthorizerContext = { name: '', scopes: '', expires_at: '' };

/**
 * Tells who sends a request and what the token allows. A malformed, unknown, expired or revoked token passes
 * as nobody: the gateway could only answer 403 `{"message":"Forbidden"}` for it, while the functions answer
 * 401 and 403 as problem details.
 *
 * This fails closed, because the answer alone allows nothing. Every function itself compares the context with
 * its route's scope: it requires a name, the scope, its model and an expiry that has not passed, and
 * requires a token unless it has `AUTH=off`. A route without this authorizer by mistake has no context, and
 * answers 401.
 *
 * There is no cache here: the gateway caches each answer for 60 s, and a second cache behind it would make a
 * revoked token live for the sum of both.
 *
 * @param header the Authorization header, which may be any text; a malformed one is answered without a read
 *   of the table
 * @param nowMs milliseconds since the epoch
 * @throws any error of reading the table: the gateway then answers 500, and nobody passes
 */
export async function authorize(
  table: RegistryReads,
  header: string | undefined,
  nowMs: number,
): Promise<AuthorizerAnswer> {
  const token = bearerToken(header);
  const entry = token === undefined ? undefined : await findToken(table, tokenSha256(token));
  if (!entry || !isTokenValid(entry, nowMs)) return { isAuthorized: true, context: NOBODY };
  return { isAuthorized: true, context: contextOf(entry) };
}

function contextOf({ name, scopes, models, expires_at }: TokenEntry): AuthorizerContext {
  const named = { name, expires_at: expires_at ?? '' };
  if (models === null) return { ...named, scopes: scopes.join(' ') };
  return { ...named, scopes: '', bound_scopes: scopes.join(' '), models: models.join(' ') };
}

/**
 * The scheme in any case, one token in our form, and nothing else. The gateway joins several headers with
 * commas; these are no token.
 */
function bearerToken(header: string | undefined): string | undefined {
  if (header === undefined || header.length > MAX_HEADER_LENGTH) return undefined;
  const token = BEARER.exec(header)?.[1];
  return token !== undefined && isTokenText(token) ? token : undefined;
}
