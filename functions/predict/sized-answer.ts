import { HttpError } from '../../lib/http/problem.ts';
import { type HttpAnswer, json } from '../../lib/http/stack.ts';

/**
 * The maximum size of a body within what the function returns. Lambda takes 6 MB (6,291,556 bytes), and
 * 64 KiB are reserved for status and headers. For a larger answer, the client would get a 500 from the
 * gateway.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const MAX_ANSWER_BYTES = 6_291_556 - 64 * 1024;

/** In UTF-8, a code unit takes at most 3 bytes. A quote or backslash is escaped once more and takes 2. */
const MAX_BYTES_PER_UNIT = 3;

/**
 * A 200 in JSON.
 *
 * @throws HttpError 400 `answer_size` when it is larger than Lambda can return
 */
export function sizedAnswer(value: unknown, headers: Readonly<Record<string, string>>): HttpAnswer {
  return checked(json(200, value, headers));
}

/** A 200 in another media type. @throws HttpError as sizedAnswer does */
export function sizedText(body: string, contentType: string): HttpAnswer {
  return checked({ statusCode: 200, headers: { 'content-type': contentType }, body });
}

function checked(answer: HttpAnswer): HttpAnswer {
  const body = answer.body!;
  if (body.length * MAX_BYTES_PER_UNIT > MAX_ANSWER_BYTES && sentBytes(body) > MAX_ANSWER_BYTES)
    throw answerTooLarge();
  return answer;
}

/** The body is a string within the JSON that the function returns. */
const sentBytes = (body: string) => Buffer.byteLength(JSON.stringify(body));

export function answerTooLarge(): HttpError {
  const message =
    'The answer would be larger than the 6 MB that can be sent: send fewer instances, or leave explain=true out.';
  return new HttpError(400, 'answer_size', message);
}
