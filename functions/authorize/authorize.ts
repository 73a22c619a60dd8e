import type { AuthorizerContext } from '../../lib/http/access.ts';
import type { RegistryReads } from '../../lib/registry/item-reads.ts';
import { isTokenText, tokenSha256 } from '../../lib/registry/token-format.ts';
import { findToken, isTokenValid } from '../../lib/registry/tokens.ts';

/** What a Lambda authorizer answers in the simple format of payload 2.0. */
export interface AuthorizerAnswer {
  readonly isAuthorized: true;
  readonly context: AuthorizerContext;
}

/** "Bearer", a token and spaces between are far below this; nothing longer is looked at. */
const MAX_HEADER_LENGTH = 128;

const BEARER = /^bearer +(\S+)$/i;

const NOBODY: AuthorizerContext = { name: '', scopes: '', expires_at: '' };

/**
 * Says who sends a request and what the token allows. A token that is malformed, unknown, expired or revoked passes as nobody: the gateway could
 * only answer 403 `{"message":"Forbidden"}` for it, while the functions answer 401 and 403 as problem details.
 *
 * That fails closed, because this answer opens nothing: every function holds the context against its route's scope by itself, needs a name,
 * the scope and an expiry that has not passed, and asks for a token unless `AUTH=off` is set on it. A route that was forgotten to be put
 * behind this authorizer carries no context, and is 401.
 *
 * There is no cache here: the gateway keeps each answer for 60 s, and a second cache behind it would make a revoked token live for the sum of both.
 *
 * @param header the Authorization header; any text is answered, malformed ones without asking the table
 * @param nowMs milliseconds since the epoch
 * @throws whatever asking the table throws: the gateway then answers 500, and nobody passes
 */
export async function authorize(
  table: RegistryReads,
  header: string | undefined,
  nowMs: number,
): Promise<AuthorizerAnswer> {
  const token = bearerToken(header);
  const entry = token === undefined ? undefined : await findToken(table, tokenSha256(token));
  if (!entry || !isTokenValid(entry, nowMs)) return { isAuthorized: true, context: NOBODY };
  const { name, scopes, expires_at } = entry;
  return { isAuthorized: true, context: { name, scopes: scopes.join(' '), expires_at: expires_at ?? '' } };
}

/** Scheme in any case, one token of our form, nothing else: several headers, which the gateway joins with commas, are none. */
function bearerToken(header: string | undefined): string | undefined {
  if (header === undefined || header.length > MAX_HEADER_LENGTH) return undefined;
  const token = BEARER.exec(header)?.[1];
  return token !== undefined && isTokenText(token) ? token : undefined;
}
