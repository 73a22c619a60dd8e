import * as z from 'zod/mini';

/** The API did not answer as a working API does. */
export class ApiCheckError extends Error {}

export interface Waiting {
  readonly timeoutMs: number;
  readonly intervalMs: number;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

const REQUEST_TIMEOUT_MS = 35_000;

/**
 * Waits until the model `default` can answer: GET /health returns 200 once the registry has a champion that
 * loads.
 *
 * @returns the champion, such as `v3`
 * @throws ApiCheckError when the time is over. It holds the last answer, which gives the reason, such as a
 *   failed gate
 */
export async function waitForChampion(apiUrl: string, waiting: Waiting): Promise<string> {
  const deadlineMs = waiting.now() + waiting.timeoutMs;
  for (;;) {
    const { status, text } = await ask(`${apiUrl}/health`, {});
    if (status === 200) {
      const health = z.safeParse(z.object({ model_version: z.string() }), jsonOf(text));
      if (health.success) return health.data.model_version;
    }
    if (waiting.now() >= deadlineMs) {
      throw new ApiCheckError(
        `GET /health: expected 200 within ${waiting.timeoutMs / 1000} s, got ${status} ${shortened(text)}`,
      );
    }
    await waiting.sleep(waiting.intervalMs);
  }
}

const prediction = z.object({
  prediction: z.string().check(z.minLength(1)),
  confidence: z.number().check(z.gt(0), z.lt(1)),
  model_version: z.string().check(z.regex(/^v\d+$/)),
});

/** What the smoke test sends, and how. */
export interface Smoke {
  readonly token: string;
  /** The JSON of a prediction of one row by the model `default`. */
  readonly body: string;
  readonly times: number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** The default throttle takes five requests a second. */
const THROTTLED_PAUSE_MS = 1000;
/** A throttle that takes less than one request in this time is a fault of the configuration. */
const MAX_THROTTLED = 30;

/**
 * Sends predictions one after the other, as a caller does: through the gateway and its authorizer. What the
 * gateway's throttle refuses is sent again: it says nothing of the release.
 *
 * @throws ApiCheckError at the first other answer that is not a prediction. It is not retried: a caller would
 *   have seen it
 */
export async function smokeTest(apiUrl: string, { token, body, times, sleep }: Smoke): Promise<void> {
  const predicting = {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
  };
  for (let i = 1; i <= times; i++) {
    let { status, text } = await ask(`${apiUrl}/predict`, predicting);
    for (let refused = 0; status === 429 && refused < MAX_THROTTLED; refused++) {
      await sleep(THROTTLED_PAUSE_MS);
      ({ status, text } = await ask(`${apiUrl}/predict`, predicting));
    }
    if (status === 200 && z.safeParse(prediction, jsonOf(text)).success) continue;
    throw new ApiCheckError(
      `POST /predict, ${i} of ${times}: expected a prediction, got ${status} ${shortened(text)}`,
    );
  }
}

/** A counter of /metrics without labels of its own choice: its name and labels as the exposition has them. */
const PREDICTIONS = 'classifier_requests_total{route="POST /predict",status="2xx"}';

/**
 * Waits until /metrics has counted predictions: CloudWatch shows a metric a few minutes after it was logged.
 *
 * @param token of the scope `metrics`
 * @param atLeast how many were sent
 * @returns the count
 * @throws ApiCheckError when the time is over, with the last answer
 */
export async function waitForCount(
  apiUrl: string,
  token: string,
  atLeast: number,
  waiting: Waiting,
): Promise<number> {
  const deadlineMs = waiting.now() + waiting.timeoutMs;
  for (;;) {
    const { status, text } = await ask(`${apiUrl}/metrics`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const line = text.split('\n').find((each) => each.startsWith(`${PREDICTIONS} `));
    const count = Number(line?.slice(PREDICTIONS.length));
    if (status === 200 && count >= atLeast) return count;
    if (waiting.now() >= deadlineMs) {
      const got = line ?? `${status} ${shortened(text)}`;
      throw new ApiCheckError(
        `GET /metrics: expected ${atLeast} predictions within ${waiting.timeoutMs / 1000} s, got ${got}`,
      );
    }
    await waiting.sleep(waiting.intervalMs);
  }
}

/** @returns status 0 when there was no answer */
async function ask(url: string, request: RequestInit): Promise<{ status: number; text: string }> {
  try {
    const answer = await fetch(url, { ...request, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
    return { status: answer.status, text: await answer.text() };
  } catch (error) {
    const { cause, message } = error as Error;
    return { status: 0, text: `no answer: ${cause instanceof Error ? cause.message : message}` };
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A body that is not JSON is not a prediction. The caller reports its text.
    return undefined;
  }
}

const shortened = (text: string) => (text.length > 500 ? `${text.slice(0, 500)}...` : text);
