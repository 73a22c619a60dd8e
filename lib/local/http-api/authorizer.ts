import { ClassifierError, ConfigurationError } from '../../errors.ts';
import type { Clock } from '../../freshness.ts';
import type { LambdaHost } from '../lambda/host.ts';
import { type AuthorizerVerdict, authorizerVerdict } from './authorizer-answer.ts';
import { AuthorizerCache } from './authorizer-cache.ts';
import { type ApiLocation, authorizerEvent } from './authorizer-event.ts';
import type { GatewayEvent } from './request-event.ts';
import { withTimeout } from './with-timeout.ts';

/** A Lambda authorizer: type REQUEST, payload format 2.0, simple responses. */
export interface AuthorizerDefinition {
  readonly functionName: string;
  /**
   * The sources of the caller's identity, which is also the cache key: `$request.header.<name>` or
   * `$context.routeKey`.
   */
  readonly identitySources: readonly string[];
  /** How long an answer is cached, 0 to 3600; 0 disables the cache. */
  readonly ttlSeconds: number;
  /** Time limit of the function. Default 10 s, as on AWS. */
  readonly timeoutMs?: number;
}

/**
 * What the gateway does with a request: pass it on with the authorizer's context, or answer with this status.
 */
export type Admission =
  | { readonly context: Readonly<Record<string, unknown>> | null }
  | { readonly refusal: 401 | 403 };

const IDENTITY_SOURCE = /^\$(?:request\.header\.(?<header>[\w-]+)|context\.routeKey)$/u;

/**
 * Admits requests as an HTTP API does. A request without an identity source gets a 401 without a call.
 * Answers, also denials, are cached by the values of the identity sources. Failures are never cached.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
 */
export class Authorizer {
  readonly #definition: AuthorizerDefinition;
  readonly #location: ApiLocation;
  readonly #invoke: LambdaHost['invoke'];
  readonly #clock: Clock;
  readonly #cache: AuthorizerCache;
  /** Calls in progress. A laptop has few processes, so the first requests of one caller share one call. */
  readonly #asking = new Map<string, Promise<AuthorizerVerdict>>();

  /** @throws ConfigurationError naming each invalid field */
  constructor(
    definition: AuthorizerDefinition,
    location: ApiLocation,
    invoke: LambdaHost['invoke'],
    clock: Clock,
  ) {
    checkDefinition(definition);
    this.#definition = definition;
    this.#location = location;
    this.#invoke = invoke;
    this.#cache = new AuthorizerCache(definition.ttlSeconds, clock);
    this.#clock = clock;
  }

  /**
   * @throws ClassifierError when the function failed, timed out or gave no valid answer: the client gets a
   *   500
   */
  async admit(event: GatewayEvent): Promise<Admission> {
    const identity = this.#definition.identitySources.map((source) => identityValue(source, event));
    if (!identity.every((value) => value !== undefined && value !== '')) return { refusal: 401 };
    const verdict = await this.#verdict(event, identity as string[]);
    return verdict.isAuthorized ? { context: verdict.context } : { refusal: 403 };
  }

  async #verdict(event: GatewayEvent, identity: readonly string[]): Promise<AuthorizerVerdict> {
    const key = AuthorizerCache.keyOf(identity);
    const known = this.#cache.get(key) ?? this.#asking.get(key);
    if (known) return known;
    const at = this.#clock();
    const asked = this.#ask(event, identity);
    this.#asking.set(key, asked);
    try {
      const verdict = await asked;
      this.#cache.set(key, verdict, at);
      return verdict;
    } finally {
      this.#asking.delete(key);
    }
  }

  async #ask(event: GatewayEvent, identity: readonly string[]): Promise<AuthorizerVerdict> {
    const { functionName, timeoutMs = 10_000 } = this.#definition;
    const call = this.#invoke(functionName, authorizerEvent(this.#location, event, identity));
    const result = await withTimeout(call, timeoutMs);
    if (result === undefined) throw failure(functionName, `did not answer within ${timeoutMs} ms`);
    if (result.functionError !== undefined) throw failure(functionName, 'failed: its log says why');
    try {
      return authorizerVerdict(result.payload);
    } catch (error) {
      throw failure(functionName, `gave no valid answer: ${(error as Error).message}`, error);
    }
  }
}

function identityValue(source: string, { headers, routeKey }: GatewayEvent): string | undefined {
  const header = IDENTITY_SOURCE.exec(source)?.groups?.header;
  return header === undefined ? routeKey : headers[header.toLowerCase()];
}

function failure(functionName: string, what: string, cause?: unknown): ClassifierError {
  return new ClassifierError('http_api_authorizer_failed', `authorizer ${functionName} ${what}`, { cause });
}

function checkDefinition({ functionName, identitySources, ttlSeconds }: AuthorizerDefinition): void {
  const faults = identitySources
    .filter((source) => !IDENTITY_SOURCE.test(source))
    .map((source) => `identity source: expected $request.header.<name> or $context.routeKey, got ${source}`);
  // Without an identity source, the first caller's answer would apply to everyone.
  if (identitySources.length === 0) faults.push('identity sources: expected one or more, got none');
  if (!(Number.isInteger(ttlSeconds) && ttlSeconds >= 0 && ttlSeconds <= 3600)) {
    faults.push(`ttlSeconds: expected a whole number from 0 to 3600, got ${ttlSeconds}`);
  }
  if (faults.length > 0)
    throw new ConfigurationError(faults.map((fault) => `authorizer ${functionName}: ${fault}`));
}
