import { ApiFault } from './fault.ts';
import { inTurn } from './in-turn.ts';
import { reportReachable } from './reachable.ts';
import { forgetToken, tokenInUse } from './session.ts';

/** A request to the API. Paths are relative to the page, which the API itself serves. */
export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly body?: BodyInit;
  readonly type?: string;
  readonly accept?: string;
  readonly signal?: AbortSignal;
}

const MAX_RETRIES = 3;
const RETRY_MS = 400;

/**
 * Sends a request with the token of the session, if there is one.
 *
 * @throws ApiFault when no answer came, or one that is no success
 */
export async function send(path: string, request: ApiRequest = {}): Promise<Response> {
  const token = tokenInUse();
  for (let attempt = 0; ; attempt++) {
    const answer = await inTurn(() => answerOf(path, request, token));
    if (answer.ok) return answer;
    const fault = ApiFault.of(answer.status, await answer.text());
    const isRead = (request.method ?? 'GET') === 'GET';
    if (!(isRead && isBusy(fault) && attempt < MAX_RETRIES)) throw refused(fault, token);
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS * (attempt + 1)));
  }
}

/** The gateway's own 503: all instances of a function were busy. A function's says more. */
const isBusy = ({ kind, problem }: ApiFault) => kind === 'unavailable' && problem.code === undefined;

function refused(fault: ApiFault, token: string | null): ApiFault {
  // A token that is refused once is refused for good.
  if (fault.kind === 'unauthorized' && token !== null && token === tokenInUse()) forgetToken(fault.message);
  return fault;
}

async function answerOf(path: string, request: ApiRequest, token: string | null): Promise<Response> {
  try {
    const answer = await fetch(path, {
      method: request.method ?? 'GET',
      headers: {
        accept: request.accept ?? 'application/json',
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(request.body === undefined ? {} : { 'content-type': request.type ?? 'application/json' }),
      },
      body: request.body ?? null,
      signal: request.signal ?? null,
    });
    reportReachable(true);
    return answer;
  } catch (error) {
    if (request.signal?.aborted) throw error;
    reportReachable(false);
    throw ApiFault.offline();
  }
}

export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const answer = await send(path, signal ? { signal } : {});
  return (await answer.json()) as T;
}

/** @param body undefined for none */
export async function sendJson<T>(
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<T> {
  const answer = await send(path, body === undefined ? { method } : { method, body: JSON.stringify(body) });
  return (await answer.json()) as T;
}

/** The path of a model, and of what belongs to it. */
export const modelPath = (model: string, rest = '') => `models/${encodeURIComponent(model)}${rest}`;
