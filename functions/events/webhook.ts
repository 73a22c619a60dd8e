import { signatureHeaders } from '../../lib/events/webhook-signature.ts';
import type { Logger } from '../../lib/telemetry/logger.ts';
import type { SendEvent } from './deliver.ts';

/** How long is waited before each further attempt. */
export const RETRY_DELAYS_MS: readonly number[] = [1000, 5000, 25_000];
const ATTEMPT_TIMEOUT_MS = 10_000;

/** The longest that sending one event takes. */
export const LONGEST_SEND_MS =
  (RETRY_DELAYS_MS.length + 1) * ATTEMPT_TIMEOUT_MS + RETRY_DELAYS_MS.reduce((sum, each) => sum + each, 0);

export interface Webhook {
  readonly url: string;
  readonly secret: Uint8Array;
  readonly fetch: typeof fetch;
  /** Resolves after a number of milliseconds. */
  readonly sleep: (ms: number) => Promise<unknown>;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Posts events to an address, signed. Each attempt has its own time, and so its own signature. When all
 * attempts failed, it says so and goes on: an address that is gone must not hold back all that follows.
 */
export function webhook(hook: Webhook): SendEvent {
  return async (event) => {
    const body = JSON.stringify(event);
    const faults: string[] = [];
    for (let attempt = 0; attempt <= RETRY_DELAYS_MS.length; attempt++) {
      if (attempt > 0) await hook.sleep(RETRY_DELAYS_MS[attempt - 1]!);
      const fault = await post(event.id, body, hook);
      if (fault === undefined) return;
      faults.push(fault);
    }
    const { id, type, sequence } = event;
    const attempts = faults.length;
    const detail = `event ${sequence}, ${type}, was not taken in ${attempts} attempts, the last one: ${faults.at(-1)}; it is left out`;
    hook.logger.warn('webhook', { id, sequence, attempts, detail });
  };
}

/** @returns why the event was not taken; undefined when it was */
async function post(
  id: string,
  body: string,
  { url, secret, fetch, now }: Webhook,
): Promise<string | undefined> {
  const timestamp = Math.floor(now() / 1000);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/cloudevents+json; charset=utf-8',
        ...signatureHeaders({ id, timestamp, body }, secret),
      },
      body,
      // Whoever answers elsewhere was not meant.
      redirect: 'manual',
      signal: AbortSignal.timeout(ATTEMPT_TIMEOUT_MS),
    });
    await response.body?.cancel();
    return response.ok ? undefined : `status ${response.status}`;
  } catch (error) {
    const { name, cause } = error as { name: string; cause?: { code?: string } };
    return cause?.code ?? name;
  }
}
