import * as z from 'zod/mini';
import { described } from '../config.ts';
import { SCOPES, type Scope } from '../routes.ts';
import { type AllowedOrigins, EXPECTED_ORIGINS, parseOrigins } from './origins.ts';
import { HttpError } from './problem.ts';

/** Who sends a request. */
export interface Caller {
  /** The token's name: the actor of what is decided. */
  readonly name: string;
  readonly scopes: readonly Scope[];
}

/**
 * Whether requests need a token, and which web pages of other origins may send them: none when it does not
 * say. Without a token, `actor` is who is named in the registry's logs.
 */
export type AccessPolicy = { readonly origins?: AllowedOrigins } & (
  | { readonly tokens: 'required' }
  | { readonly tokens: 'off'; readonly actor: string }
);

/** The environment variables that decide the policy: a token is required unless `AUTH` is `off`. */
export const accessFields = {
  AUTH: described(
    z._default(z.enum(['required', 'off'], 'expected "required" or "off"'), 'required'),
    'whether requests need a token; `off` on a laptop, unless it was started with `--auth`',
  ),
  LOCAL_ACTOR: described(
    z._default(z.string().check(z.minLength(1), z.maxLength(128)), 'local'),
    'who is named in the logs when they do not need one; on a laptop your user',
  ),
  CORS_ALLOWED_ORIGINS: described(
    z.pipe(
      z._default(z.string(), ''),
      z.transform((text: string, context): AllowedOrigins => {
        const origins = parseOrigins(text);
        if (origins === undefined)
          context.issues.push({ code: 'custom', message: EXPECTED_ORIGINS, input: text });
        return origins ?? z.NEVER;
      }),
    ),
    'web pages that may use the API: exact origins separated by commas, or `*`; none when it is empty',
  ),
};

export function accessPolicy(config: {
  AUTH: 'required' | 'off';
  LOCAL_ACTOR: string;
  CORS_ALLOWED_ORIGINS: AllowedOrigins;
}): AccessPolicy {
  const origins = config.CORS_ALLOWED_ORIGINS;
  return config.AUTH === 'off'
    ? { tokens: 'off', actor: config.LOCAL_ACTOR, origins }
    : { tokens: 'required', origins };
}

/**
 * What the authorize function says of a request's token: the context of its answer, which the gateway keeps
 * for 60 s and hands on as `requestContext.authorizer.lambda`. A token that is unknown, expired or revoked
 * has an empty name.
 */
export const authorizerContext = z.object({
  name: z.string(),
  /** Separated by spaces. */
  scopes: z.string(),
  /** ISO 8601, UTC; empty when the token does not expire. */
  expires_at: z.string(),
});

export type AuthorizerContext = z.infer<typeof authorizerContext>;

/**
 * Holds a request against the scope that its route needs.
 *
 * @param context what the authorizer said of it; undefined when none was asked
 * @param scope null when the route is open to everyone
 * @param nowMs milliseconds since the epoch: a token may expire while the gateway keeps what was said of it
 * @throws HttpError 401 without a valid token, 403 when the token lacks the scope.
 */
export function authorizeCaller(
  context: unknown,
  scope: Scope | null,
  policy: AccessPolicy,
  nowMs: number,
): Caller {
  if (policy.tokens === 'off') return { name: policy.actor, scopes: SCOPES };
  const caller = callerOf(context, nowMs);
  if (scope === null) return caller ?? { name: 'anonymous', scopes: [] };
  if (!caller) {
    throw new HttpError(
      401,
      'unauthorized',
      'The token is unknown, expired or revoked. Send "Authorization: Bearer <token>".',
      {
        headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
      },
    );
  }
  if (caller.scopes.includes(scope)) return caller;
  throw new HttpError(
    403,
    'forbidden',
    `This needs a token with the scope "${scope}"; yours has ${listed(caller.scopes)}.`,
    {
      headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${scope}"` },
    },
  );
}

function callerOf(context: unknown, nowMs: number): Caller | undefined {
  const parsed = z.safeParse(authorizerContext, context);
  if (!parsed.success || parsed.data.name === '') return undefined;
  const { name, scopes, expires_at } = parsed.data;
  // Written so that a date that cannot be read counts as past.
  if (expires_at !== '' && !(Date.parse(expires_at) > nowMs)) return undefined;
  const given = scopes.split(' ');
  return { name, scopes: SCOPES.filter((scope) => given.includes(scope)) };
}

const listed = (scopes: readonly Scope[]) =>
  scopes.length === 0 ? 'none' : scopes.map((scope) => `"${scope}"`).join(', ');
