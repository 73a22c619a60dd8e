import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { InvocationResult } from './function-definition.ts';
import { type AccountLocation, type FunctionDefinition, functionArn } from './function-definition.ts';
import { LogTail } from './invocation.ts';
import {
  EventTooLargeError,
  FunctionNotFoundError,
  InvalidEventError,
  LambdaServiceError,
} from './lambda-errors.ts';

/** The largest event of a synchronous invocation, in bytes. */
export const MAX_EVENT_BYTES = 6_291_456;
/** The largest event of an asynchronous invocation, in bytes: 1 MB since October 2025. */
export const MAX_ASYNC_EVENT_BYTES = 1_048_576;

/** A function's log lines arrive on a pipe beside the answer. The log tail is waited for this long. */
const LOG_SETTLE_MS = 30;

/** The host's interface for the Invoke API. Payloads are JSON text. */
export interface InvokeTarget extends AccountLocation {
  readonly functions: ReadonlyMap<string, FunctionDefinition>;
  invokeText(functionName: string, payload: string, logTail?: LogTail): Promise<InvocationResult>;
  invokeTextAsync(functionName: string, payload: string): Promise<void>;
  onError(error: unknown): void;
}

const FUNCTIONS = /^\/2015-03-31\/functions\/?(?:([^/]+)(\/configuration|\/invocations)?)?\/?$/u;
const NAME =
  /^(?:(?:arn:aws[\w-]*:lambda:[\w-]+:)?(?:\d{12}:)?function:|\d{12}:)?([\w-]{1,64})(?::(\$LATEST|[\w-]+))?$/u;

/**
 * The part of Lambda's API that the AWS CLI and SDKs call: Invoke, ListFunctions, GetFunction,
 * GetFunctionConfiguration. Source: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 *
 * @returns false when the request is for another API
 */
export function serveInvokeApi(
  request: IncomingMessage,
  response: ServerResponse,
  target: InvokeTarget,
): boolean {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const route = FUNCTIONS.exec(url.pathname);
  if (route === null) return false;
  const [, name, action] = route;
  answer(request, response, target, url, name, action).catch((error) =>
    refuse(response, error, target.onError),
  );
  return true;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  target: InvokeTarget,
  url: URL,
  name: string | undefined,
  action: string | undefined,
): Promise<void> {
  const invoking = action === '/invocations';
  if (request.method !== (invoking ? 'POST' : 'GET')) throw methodNotAllowed(request);
  if (name === undefined) return send(response, 200, { Functions: listed(target), NextMarker: null });
  const definition = resolve(target, name, url.searchParams.get('Qualifier'));
  if (invoking) return await invoke(request, response, target, definition);
  const configuration = configurationOf(target, definition);
  send(
    response,
    200,
    action === undefined ? { Configuration: configuration, Code: {}, Tags: {} } : configuration,
  );
}

/**
 * Takes a name, a partial or a full ARN, each with or without `:$LATEST`. There are no other versions here.
 */
function resolve(target: InvokeTarget, encodedName: string, qualifier: string | null): FunctionDefinition {
  const text = decoded(encodedName);
  const [, name = text, suffix] = NAME.exec(text) ?? [];
  const version = qualifier ?? suffix ?? '$LATEST';
  const definition = target.functions.get(name);
  if (definition !== undefined && version === '$LATEST') return definition;
  const arn = functionArn(target, name);
  throw new FunctionNotFoundError(version === '$LATEST' ? arn : `${arn}:${version}`, [
    ...target.functions.keys(),
  ]);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new LambdaServiceError(
      'lambda_request_invalid',
      'InvalidParameterValueException',
      400,
      `function name ${JSON.stringify(text)}: expected valid percent-encoding`,
    );
  }
}

async function invoke(
  request: IncomingMessage,
  response: ServerResponse,
  target: InvokeTarget,
  { name }: FunctionDefinition,
): Promise<void> {
  const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
  if (type !== 'RequestResponse' && type !== 'Event' && type !== 'DryRun') throw unknownType(type);
  const payload = await readEvent(request, type === 'Event' ? MAX_ASYNC_EVENT_BYTES : MAX_EVENT_BYTES);
  if (type === 'DryRun') return sendEmpty(response, 204);
  if (type === 'RequestResponse') return await invokeAndWait(request, response, target, name, payload);
  await target.invokeTextAsync(name, payload);
  sendEmpty(response, 202);
}

async function invokeAndWait(
  request: IncomingMessage,
  response: ServerResponse,
  target: InvokeTarget,
  name: string,
  payload: string,
): Promise<void> {
  const logTail = request.headers['x-amz-log-type'] === 'Tail' ? new LogTail() : undefined;
  const result = await target.invokeText(name, payload, logTail);
  if (logTail !== undefined) await new Promise((done) => setTimeout(done, LOG_SETTLE_MS));
  response.writeHead(200, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(result.payload),
    'x-amzn-RequestId': result.requestId,
    'X-Amz-Executed-Version': '$LATEST',
    ...(result.functionError ? { 'X-Amz-Function-Error': result.functionError } : {}),
    ...(logTail ? { 'X-Amz-Log-Result': logTail.base64() } : {}),
  });
  response.end(result.payload);
}

/** Reads the body and checks that it is JSON. An empty body means an empty object. */
async function readEvent(request: IncomingMessage, limitBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request) {
    sizeBytes += chunk.length;
    if (sizeBytes <= limitBytes) chunks.push(chunk);
  }
  if (sizeBytes > limitBytes) throw new EventTooLargeError(sizeBytes, limitBytes);
  const text = Buffer.concat(chunks).toString('utf8') || '{}';
  try {
    JSON.parse(text);
  } catch (error) {
    throw new InvalidEventError(error instanceof Error ? error.message : String(error));
  }
  return text;
}

function listed(target: InvokeTarget): unknown[] {
  return [...target.functions.values()].map((definition) => configurationOf(target, definition));
}

function configurationOf(target: InvokeTarget, definition: FunctionDefinition): unknown {
  return {
    FunctionName: definition.name,
    FunctionArn: functionArn(target, definition.name),
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Timeout: Math.ceil(definition.timeoutSeconds),
    MemorySize: definition.memorySizeMb,
    Version: '$LATEST',
    PackageType: 'Zip',
    State: 'Active',
    Environment: { Variables: definition.environment },
  };
}

function unknownType(type: string | string[]): LambdaServiceError {
  return new LambdaServiceError(
    'lambda_request_invalid',
    'InvalidParameterValueException',
    400,
    `X-Amz-Invocation-Type: expected RequestResponse, Event or DryRun, got ${JSON.stringify(type)}`,
  );
}

function methodNotAllowed({ method, url }: IncomingMessage): LambdaServiceError {
  return new LambdaServiceError(
    'lambda_request_invalid',
    'UnknownOperationException',
    405,
    `${method} ${url}: this local Lambda knows Invoke, ListFunctions, GetFunction and GetFunctionConfiguration`,
  );
}

function refuse(response: ServerResponse, error: unknown, onError: (error: unknown) => void): void {
  if (response.headersSent || response.destroyed) return;
  const known = error instanceof LambdaServiceError ? error : undefined;
  if (known === undefined) onError(error);
  const message = known?.message ?? 'An error occurred and the request cannot be processed.';
  response.setHeader('x-amzn-ErrorType', known?.awsType ?? 'ServiceException');
  const status = known?.statusCode ?? 500;
  const reason = status === 429 ? { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' } : {};
  send(response, status, { Type: status < 500 ? 'User' : 'Service', ...reason, message, Message: message });
}

function send(response: ServerResponse, status: number, document: unknown): void {
  const body = JSON.stringify(document);
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'x-amzn-RequestId': randomUUID(),
  });
  response.end(body);
}

function sendEmpty(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'x-amzn-RequestId': randomUUID(), 'X-Amz-Executed-Version': '$LATEST' });
  response.end();
}
