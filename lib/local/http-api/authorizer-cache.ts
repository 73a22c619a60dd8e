import { type Clock, isFresh, type Moment } from '../../freshness.ts';
import { sha256 } from '../../sha256.ts';
import type { AuthorizerVerdict } from './authorizer-answer.ts';

/** Many more identities than a laptop sees in a minute. */
const MAX_ENTRIES = 1000;

/**
 * The authorizer's answer for each identity, kept for a fixed time. All entries have the same lifetime, so
 * the oldest entry expires first, and it is the first to be dropped when there are too many. Identities
 * contain tokens, so only their digests are kept.
 */
export class AuthorizerCache {
  readonly #ttlMs: number;
  readonly #clock: Clock;
  readonly #entries = new Map<string, { readonly verdict: AuthorizerVerdict; readonly at: Moment }>();

  constructor(ttlSeconds: number, clock: Clock) {
    this.#ttlMs = ttlSeconds * 1000;
    this.#clock = clock;
  }

  static keyOf(identity: readonly string[]): string {
    return sha256(JSON.stringify(identity)).toString('base64');
  }

  get(key: string): AuthorizerVerdict | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || isFresh(entry.at, this.#clock(), this.#ttlMs)) return entry?.verdict;
    this.#entries.delete(key);
    return undefined;
  }

  /** @param at when the authorizer was asked: a token may be revoked while it answers */
  set(key: string, verdict: AuthorizerVerdict, at: Moment): void {
    if (this.#ttlMs === 0) return;
    this.#entries.delete(key);
    this.#entries.set(key, { verdict, at });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > MAX_ENTRIES) this.#entries.delete(oldest!);
  }
}
