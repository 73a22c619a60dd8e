import * as z from 'zod/mini';
import { committedUpload } from '../../lib/dataset/manifest.ts';
import { RefusedFileError } from '../../lib/errors.ts';
import { FUNCTIONS, type FunctionName } from '../../lib/functions.ts';
import type { DeadLetterAnswer } from '../../lib/http/schemas/operation.ts';
import { isModelName, parseRawKey } from '../../lib/names.ts';
import { oneLine } from '../../lib/text-safety.ts';

type Letter = DeadLetterAnswer['letters'][number];

const MAX_ERROR = 500;

/**
 * The record that Lambda sends to an on-failure destination, as far as it is shown. Source:
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
const record = z.object({
  timestamp: z.iso.datetime(),
  requestContext: z.object({ requestId: z.string(), approximateInvokeCount: z.int() }),
  requestPayload: z.unknown(),
  responsePayload: z.unknown(),
});

const objectEvent = z.object({
  Records: z.array(
    z.object({
      s3: z.object({
        bucket: z.object({ name: z.string() }),
        object: z.object({ key: z.string() }),
      }),
    }),
  ),
});

const functionError = z.object({ errorType: z.optional(z.string()), errorMessage: z.string() });

/** What S3 sent to the queue of a function, which has tried it three times: no record says why it failed. */
const NO_REASON =
  'a notification that the function failed on: its log, at the time of the upload and up to an hour later, says why';

/**
 * Reads a message of a dead-letter queue: Lambda's record of a call, or the notification of a bucket that
 * waited in the function's own queue. Another one, such as one that a person sent, is shown as it stands.
 *
 * @param sentMs when it was sent, for a message without a time of its own
 */
export function readDeadLetter(functionName: FunctionName, body: string, sentMs: number): Letter {
  const content = parsed(body);
  const read = z.safeParse(record, content);
  if (!read.success) return fromQueue(functionName, content, sentMs) ?? strange(functionName, body, sentMs);
  const { timestamp, requestContext, requestPayload, responsePayload } = read.data;
  const object = objectOf(requestPayload);
  return {
    function: functionName,
    request_id: requestContext.requestId,
    failed_at: timestamp,
    attempts: requestContext.approximateInvokeCount,
    error: oneLine(errorText(responsePayload), MAX_ERROR),
    object,
    model: object && modelOf(functionName, object.key),
    again: againWords(functionName, object),
  };
}

/** Undefined for a message that is no notification of a bucket. */
function fromQueue(functionName: FunctionName, content: unknown, sentMs: number): Letter | undefined {
  const object = objectOf(content);
  if (!object) return undefined;
  return {
    function: functionName,
    request_id: 'unknown',
    failed_at: new Date(sentMs).toISOString(),
    attempts: null,
    error: NO_REASON,
    object,
    model: modelOf(functionName, object.key),
    again: againWords(functionName, object),
  };
}

const strange = (functionName: FunctionName, body: string, sentMs: number): Letter => ({
  function: functionName,
  request_id: 'unknown',
  failed_at: new Date(sentMs).toISOString(),
  attempts: null,
  error: oneLine(`no record of Lambda's: ${body}`, MAX_ERROR),
  object: null,
  model: null,
  again: 'Look at the message in the queue.',
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function objectOf(payload: unknown): Letter['object'] {
  const event = z.safeParse(objectEvent, payload);
  const [first] = event.success ? event.data.Records : [];
  if (!first) return null;
  const { bucket, object } = first.s3;
  return { bucket: bucket.name, key: decodedKey(object.key) };
}

/** Notifications escape keys as forms do. A key that nobody can decode may be why the function failed. */
function decodedKey(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch (error) {
    if (error instanceof URIError) return key;
    throw error;
  }
}

function errorText(payload: unknown): string {
  const error = z.safeParse(functionError, payload);
  if (!error.success) return JSON.stringify(payload) ?? 'it gave no answer';
  const { errorType, errorMessage } = error.data;
  return errorType === undefined ? errorMessage : `${errorType}: ${errorMessage}`;
}

function modelOf(functionName: FunctionName, key: string): string | null {
  const { trigger } = FUNCTIONS[functionName];
  const isRaw = trigger.kind === 'object' && trigger.stage === 'raw';
  const model = isRaw ? rawModel(key) : committedUpload(key)?.model;
  return model !== undefined && isModelName(model) ? model : null;
}

function rawModel(key: string): string | undefined {
  try {
    return parseRawKey(key).model;
  } catch (error) {
    // A key that ingestion refuses belongs to no model.
    if (error instanceof RefusedFileError) return undefined;
    throw error;
  }
}

function againWords(functionName: FunctionName, object: Letter['object']): string {
  if (FUNCTIONS[functionName].trigger.kind === 'schedule')
    return 'Nothing to do: it runs again at its next time. The message can be deleted.';
  if (!object) return 'Mend the cause, then send the event again. The message can be deleted then.';
  return 'Mend the cause, then upload the file again. The message can be deleted then.';
}
