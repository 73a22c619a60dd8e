import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { deadLetterQueue } from '../../dead-letter-queues.ts';
import { type StoredLetter, storedLetters } from './dead-letters.ts';
import type { AccountLocation, FunctionDefinition } from './function-definition.ts';

/** The host's interface for its dead-letter queues. */
export interface QueueTarget extends AccountLocation {
  readonly functions: ReadonlyMap<string, FunctionDefinition>;
  readonly deadLetterDirectory: string;
  onError(error: unknown): void;
}

const TARGET = /^AmazonSQS\.(\w+)$/;
const CONTENT_TYPE = 'application/x-amz-json-1.0';
const MAX_BODY_BYTES = 64 * 1024;
/** What a request may ask for at once, and what it gets when it does not say. */
const MAX_MESSAGES = 10;
const DEFAULT_MESSAGES = 1;

/** A request that the queue refuses. */
class QueueFault extends Error {
  readonly type: string;
  readonly queryCode: string;

  constructor(type: string, queryCode: string, message: string) {
    super(message);
    this.type = type;
    this.queryCode = queryCode;
  }
}

type Input = Readonly<Record<string, unknown>>;

/**
 * The part of SQS that looks into dead-letter queues: GetQueueUrl, GetQueueAttributes and ReceiveMessage, in
 * AWS JSON 1.0. Each function has a queue whose messages are the files of its dead letters, so a message is
 * never invisible, and deleting the file deletes it. Source:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/Welcome.html
 *
 * @returns false when the request is for another API
 */
export function serveQueueApi(
  request: IncomingMessage,
  response: ServerResponse,
  target: QueueTarget,
): boolean {
  const [, operation] = TARGET.exec(String(request.headers['x-amz-target'] ?? '')) ?? [];
  if (request.method !== 'POST' || operation === undefined) return false;
  answer(request, operation, target)
    .then((result) => send(response, 200, result))
    .catch((error: unknown) => refuse(response, error, target));
  return true;
}

async function answer(request: IncomingMessage, operation: string, target: QueueTarget): Promise<unknown> {
  const input = await readInput(request);
  switch (operation) {
    case 'GetQueueUrl': {
      const name = String(input.QueueName);
      functionOf(name, target);
      return { QueueUrl: `http://${request.headers.host}/${target.accountId}/${name}` };
    }
    case 'GetQueueAttributes': {
      const letters = await lettersOf(input, target);
      return { Attributes: { ApproximateNumberOfMessages: String(letters.length) } };
    }
    case 'ReceiveMessage': {
      const wanted = Number(input.MaxNumberOfMessages ?? DEFAULT_MESSAGES);
      const letters = await lettersOf(input, target);
      const messages = letters.slice(0, Math.min(MAX_MESSAGES, wanted)).map(messageOf);
      return messages.length === 0 ? {} : { Messages: messages };
    }
    default:
      throw new QueueFault(
        'UnsupportedOperation',
        'AWS.SimpleQueueService.UnsupportedOperation',
        `${operation}: expected GetQueueUrl, GetQueueAttributes or ReceiveMessage`,
      );
  }
}

async function readInput(request: IncomingMessage): Promise<Input> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  try {
    const input: unknown = JSON.parse(Buffer.concat(chunks).toString() || '{}');
    if (typeof input === 'object' && input !== null && !Array.isArray(input)) return input as Input;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new QueueFault('SerializationException', 'SerializationException', 'expected a JSON object');
}

/** The queue's letters, newest first. */
function lettersOf(input: Input, target: QueueTarget): Promise<StoredLetter[]> {
  const name = String(input.QueueUrl).split('/').at(-1) ?? '';
  return storedLetters(target.deadLetterDirectory, functionOf(name, target));
}

function functionOf(queue: string, { functions }: QueueTarget): string {
  const found = [...functions.keys()].find((name) => deadLetterQueue(name) === queue);
  if (found !== undefined) return found;
  throw new QueueFault(
    'QueueDoesNotExist',
    'AWS.SimpleQueueService.NonExistentQueue',
    `${queue}: expected the name of a function and "-dead-letters"`,
  );
}

function messageOf({ requestId, text, storedMs }: StoredLetter) {
  return {
    MessageId: requestId,
    ReceiptHandle: requestId,
    Body: text,
    MD5OfBody: createHash('md5').update(text).digest('hex'),
    Attributes: { SentTimestamp: String(Math.round(storedMs)) },
  };
}

function refuse(response: ServerResponse, error: unknown, { onError }: QueueTarget): void {
  if (error instanceof QueueFault) {
    response.setHeader('x-amzn-query-error', `${error.queryCode};Sender`);
    send(response, 400, { __type: `com.amazonaws.sqs#${error.type}`, message: error.message });
  } else {
    onError(error);
    send(response, 500, {
      __type: 'com.amazonaws.sqs#InternalError',
      message: 'the letters cannot be read',
    });
  }
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'Content-Type': CONTENT_TYPE });
  response.end(JSON.stringify(value));
}
