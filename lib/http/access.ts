import * as z from 'zod/mini';
import { described } from '../config.ts';
import { isModelName } from '../names.ts';
import { SCOPES, type Scope } from '../routes.ts';
import { type AllowedOrigins, EXPECTED_ORIGINS, parseOrigins } from './origins.ts';
import { HttpError } from './problem.ts';

/** The sender of a request. */
export interface Caller {
  /** The token's name. Decisions record it as their actor. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** The models that the scopes hold for. */
  readonly models: readonly string[] | 'all';
}

/** Whether a caller's scopes hold for a model. */
export const isForModel = ({ models }: Pick<Caller, 'models'>, model: string): boolean =>
  models === 'all' || models.includes(model);

/** Whether a caller may predict with a model: who may not is told of it as a stranger is. */
export const mayPredict = (caller: Caller, model: string): boolean =>
  caller.scopes.includes('predict') && isForModel(caller, model);

/**
 * Whether requests need a token, and which other origins may send them; none if `origins` is absent. Without
 * tokens, the registry's logs name `actor`.
 */
export type AccessPolicy = { readonly origins?: AllowedOrigins } & (
  | { readonly tokens: 'required' }
  | { readonly tokens: 'off'; readonly actor: string }
);

/** Environment variables of the policy. Requests need a token unless `AUTH` is `off`. */
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
 * The authorize function's verdict on a token. The gateway caches it for 60 s and passes it on as
 * `requestContext.authorizer.lambda`. An unknown, expired or revoked token has an empty name.
 */
export const authorizerContext = z.object({
  name: z.string(),
  /** Scopes separated by spaces. */
  scopes: z.string(),
  /** ISO 8601, UTC; empty when the token does not expire. */
  expires_at: z.string(),
  /**
   * Of a token that is bound to models: their names, and the scopes that hold for them, each separated by
   * spaces. `scopes` is empty then, so that a release that does not know these allows such a token nothing.
   */
  models: z.optional(z.string()),
  bound_scopes: z.optional(z.string()),
});

export type AuthorizerContext = z.infer<typeof authorizerContext>;

/**
 * Checks that the caller has a scope that the route needs.
 *
 * @param context the authorizer's verdict; undefined when no authorizer ran
 * @param scopes of which one is enough; none when the route is open to everyone
 * @param nowMs milliseconds since the epoch: a token may expire while the gateway caches its verdict
 * @throws HttpError 401 without a valid token, 403 when the token lacks the scope
 */
export function authorizeCaller(
  context: unknown,
  scopes: readonly Scope[],
  policy: AccessPolicy,
  nowMs: number,
): Caller {
  if (policy.tokens === 'off') return { name: policy.actor, scopes: SCOPES, models: 'all' };
  const caller = callerOf(context, nowMs);
  if (scopes.length === 0) return caller ?? { name: 'anonymous', scopes: [], models: [] };
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
  if (scopes.some((scope) => caller.scopes.includes(scope))) return caller;
  throw new HttpError(
    403,
    'forbidden',
    `This needs a token with the scope ${scopes.map((scope) => `"${scope}"`).join(' or ')}; yours has ${listed(caller.scopes)}.`,
    {
      // The one that allows least: RFC 6750 has no way to name alternatives.
      headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${scopes[0]}"` },
    },
  );
}

function callerOf(context: unknown, nowMs: number): Caller | undefined {
  const parsed = z.safeParse(authorizerContext, context);
  if (!parsed.success || parsed.data.name === '') return undefined;
  const { name, scopes, expires_at, models, bound_scopes } = parsed.data;
  // The negation makes an unreadable date (NaN) count as expired.
  if (expires_at !== '' && !(Date.parse(expires_at) > nowMs)) return undefined;
  const isBound = models !== undefined || bound_scopes !== undefined;
  const given = (isBound ? (bound_scopes ?? '') : scopes).split(' ');
  return {
    name,
    scopes: SCOPES.filter((scope) => given.includes(scope)),
    models: isBound ? (models ?? '').split(' ').filter(isModelName) : 'all',
  };
}

const listed = (scopes: readonly Scope[]) =>
  scopes.length === 0 ? 'none' : scopes.map((scope) => `"${scope}"`).join(', ');
