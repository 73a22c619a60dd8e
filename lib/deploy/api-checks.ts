import * as z from 'zod/mini';

/** The API did not answer as a working one does. */
export class ApiCheckError extends Error {}

export interface Waiting {
  readonly timeoutMs: number;
  readonly everyMs: number;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

const ONE_ANSWER_MS = 35_000;

/**
 * Waits until the model `default` can answer: GET /health is 200 once the registry holds a champion that loads.
 *
 * @returns the champion, such as `v3`.
 * @throws ApiCheckError after the time, with the last answer: it says what stands in the way, such as a gate that failed.
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
    await waiting.sleep(waiting.everyMs);
  }
}

const prediction = z.object({
  prediction: z.string().check(z.minLength(1)),
  confidence: z.number().check(z.gt(0), z.lt(1)),
  model_version: z.string().check(z.regex(/^v\d+$/)),
});

/**
 * Predicts as a caller does, through the gateway and its authorizer, `times` in turn.
 *
 * @param body the JSON of a prediction of one row by the model `default`.
 * @throws ApiCheckError with the answer at the first that is no prediction. A failure is not tried again: callers would have seen it.
 */
export async function smokeTest(apiUrl: string, token: string, body: string, times: number): Promise<void> {
  for (let i = 1; i <= times; i++) {
    const { status, text } = await ask(`${apiUrl}/predict`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    });
    if (status === 200 && z.safeParse(prediction, jsonOf(text)).success) continue;
    throw new ApiCheckError(
      `POST /predict, ${i} of ${times}: expected a prediction, got ${status} ${shortened(text)}`,
    );
  }
}

/** @returns status 0 when no answer came. */
async function ask(url: string, request: RequestInit): Promise<{ status: number; text: string }> {
  try {
    const answer = await fetch(url, { ...request, signal: AbortSignal.timeout(ONE_ANSWER_MS) });
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
    // What is no JSON is no prediction either: the caller says so, with the text.
    return undefined;
  }
}

const shortened = (text: string) => (text.length > 500 ? `${text.slice(0, 500)}...` : text);
