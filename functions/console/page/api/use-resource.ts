import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiFault } from './fault.ts';
import { useSession } from './session.ts';

/** How often an API that does not answer is asked again. */
const RETRY_MS = 2000;

/** Something that the API is asked for. Data stays shown while it is asked for again, also in vain. */
export interface Resource<T> {
  readonly data: T | undefined;
  readonly fault: ApiFault | undefined;
  reload(): void;
}

/**
 * Asks for something when `key` changes, when the token changes, when `reload` is called, and again every
 * `everyMs` where that is given. While the API does not answer it goes on trying.
 *
 * @param key what is asked for; null asks for nothing
 */
export function useResource<T>(
  key: string | null,
  load: (signal: AbortSignal) => Promise<T>,
  everyMs?: number,
): Resource<T> {
  const { token } = useSession();
  const [round, next] = useState(0);
  const [held, hold] = useState<Held<T>>({ key, token });
  const latest = useRef(load);
  latest.current = load;
  useEffect(() => {
    if (key === null) return;
    const aborting = new AbortController();
    let timer: number | undefined;
    const again = (ms: number) => {
      timer = window.setTimeout(() => next((count) => count + 1), ms);
    };
    latest
      .current(aborting.signal)
      .then((data) => {
        if (aborting.signal.aborted) return;
        hold({ key, token, data });
        if (everyMs !== undefined) again(everyMs);
      })
      .catch((error: unknown) => {
        if (aborting.signal.aborted) return;
        const fault = faultOf(error);
        hold((before) => (isOf(before, key, token) ? { ...before, fault } : { key, token, fault }));
        if (fault.kind === 'offline') again(RETRY_MS);
      });
    return () => {
      aborting.abort();
      window.clearTimeout(timer);
    };
  }, [key, token, round, everyMs]);
  const isCurrent = isOf(held, key, token);
  return {
    data: isCurrent ? held.data : undefined,
    fault: isCurrent ? held.fault : undefined,
    reload: () => next((count) => count + 1),
  };
}

/** What was got, and with which token it was asked for: with another one it would be something else. */
interface Held<T> {
  readonly key: string | null;
  readonly token: string | null;
  readonly data?: T;
  readonly fault?: ApiFault;
}

const isOf = (held: Held<unknown>, key: string | null, token: string | null) =>
  held.key === key && held.token === token;

/** A fault of the page itself is shown like one of the API, and is in the console for whoever mends it. */
export function faultOf(error: unknown): ApiFault {
  if (error instanceof ApiFault) return error;
  console.error(error);
  return new ApiFault('server', error instanceof Error ? error.message : String(error));
}
