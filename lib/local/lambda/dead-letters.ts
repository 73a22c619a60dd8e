import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AccountLocation, functionArn, type InvocationResult } from './function-definition.ts';

/**
 * The record that Lambda sends to an on-failure destination. Source:
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
interface DeadLetterRecord {
  readonly version: '1.0';
  readonly timestamp: string;
  readonly requestContext: {
    readonly requestId: string;
    readonly functionArn: string;
    readonly condition: 'RetriesExhausted';
    readonly approximateInvokeCount: number;
  };
  readonly requestPayload: unknown;
  readonly responseContext: {
    readonly statusCode: 200;
    readonly executedVersion: '$LATEST';
    readonly functionError: string;
  };
  readonly responsePayload: unknown;
}

/** A stored dead letter. */
export interface DeadLetter {
  readonly functionName: string;
  readonly requestId: string;
  /** Absolute path of its JSON file. */
  readonly file: string;
  readonly record: DeadLetterRecord;
}

/** An event without attempts left. `payload` is the event's JSON text. */
export interface FailedEvent {
  readonly functionName: string;
  readonly payload: string;
  readonly attempts: number;
  readonly result: InvocationResult;
  readonly timestampMs: number;
}

/**
 * Stores a failed event as formatted JSON. The file's name depends only on the function and the request, and
 * the file appears as a whole or not at all. So storing the same event again after a kill replaces the file
 * with an equal one.
 */
export async function fileDeadLetter(
  directory: string,
  location: AccountLocation,
  event: FailedEvent,
): Promise<DeadLetter> {
  const { functionName, result } = event;
  const file = join(directory, `${functionName}-${result.requestId}.json`);
  const record = recordOf(location, event);
  await mkdir(directory, { recursive: true });
  await writeFile(`${file}.partial`, `${JSON.stringify(record, null, 2)}\n`);
  await rename(`${file}.partial`, file);
  return { functionName, requestId: result.requestId, file, record };
}

/** A dead letter as it lies in its file. */
export interface StoredLetter {
  readonly requestId: string;
  /** The record's JSON. */
  readonly text: string;
  /** When it was stored, in milliseconds since the epoch. */
  readonly storedMs: number;
}

/** The dead letters of a function, newest first. A person may delete a file at any time. */
export async function storedLetters(directory: string, functionName: string): Promise<StoredLetter[]> {
  const names = await unlessGone(readdir(directory), []);
  const prefix = `${functionName}-`;
  const own = names.filter((name) => name.startsWith(prefix) && name.endsWith('.json'));
  const letters = await Promise.all(
    own.map(async (name): Promise<StoredLetter | undefined> => {
      const file = join(directory, name);
      const [text, { mtimeMs: storedMs }] = await unlessGone(
        Promise.all([readFile(file, 'utf8'), stat(file)]),
        [undefined, { mtimeMs: 0 }],
      );
      if (text === undefined) return undefined;
      return { requestId: name.slice(prefix.length, -'.json'.length), text, storedMs };
    }),
  );
  return letters.filter((letter) => letter !== undefined).sort((a, b) => b.storedMs - a.storedMs);
}

async function unlessGone<T, U>(reading: Promise<T>, otherwise: U): Promise<T | U> {
  try {
    return await reading;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return otherwise;
    throw error;
  }
}

function recordOf(location: AccountLocation, event: FailedEvent): DeadLetterRecord {
  const { functionName, payload, attempts, result, timestampMs } = event;
  return {
    version: '1.0',
    timestamp: new Date(timestampMs).toISOString(),
    requestContext: {
      requestId: result.requestId,
      functionArn: `${functionArn(location, functionName)}:$LATEST`,
      condition: 'RetriesExhausted',
      approximateInvokeCount: attempts,
    },
    requestPayload: JSON.parse(payload),
    responseContext: {
      statusCode: 200,
      executedVersion: '$LATEST',
      functionError: result.functionError ?? 'Unhandled',
    },
    responsePayload: parsed(result.payload),
  };
}

/** A runtime may report an error that is not JSON. It is kept as text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
