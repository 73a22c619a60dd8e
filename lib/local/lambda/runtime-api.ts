import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionEnvironment } from './execution-environment.ts';
import { MAX_RESPONSE_BYTES } from './frames.mjs';
import type { EventReceiver } from './invocation.ts';

const ACCEPTED = JSON.stringify({ status: 'OK' });
const ROUTE =
  /^\/([0-9a-f]{32})\/2018-06-01\/runtime\/(?:(init)\/error|invocation\/(?:(next)|([\w-]+)\/(response|error)))$/u;

/**
 * Lambda's Runtime API, for functions with their own runtime; this project's runtime uses a channel. Each
 * environment has its own path prefix here and its own address on Lambda. Clients put the value of
 * AWS_LAMBDA_RUNTIME_API before the path, so they do not notice the prefix. Source:
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 *
 * @returns false when the request is not for the Runtime API
 */
export function serveRuntimeApi(
  request: IncomingMessage,
  response: ServerResponse,
  environments: ReadonlyMap<string, ExecutionEnvironment>,
): boolean {
  const route = ROUTE.exec(request.url ?? '');
  if (route === null) return false;
  const [, id = '', init, next, requestId = '', outcome] = route;
  const environment = environments.get(id);
  if (environment === undefined) refuse(response, 403, 'Forbidden', 'No such execution environment');
  else if (next !== undefined) environment.next(receiverOf(response));
  else if (init !== undefined)
    collect(request, response, (text) => environment.reportInitError(text ?? '{}'));
  else if (!environment.runs(requestId)) refuse(response, 400, 'InvalidRequestID', 'Invalid request ID');
  else collect(request, response, (text) => finish(environment, requestId, outcome === 'error', text));
  return true;
}

function receiverOf(response: ServerResponse): EventReceiver {
  return {
    deliver({ requestId, deadlineMs, functionArn, traceId, payload }) {
      response.writeHead(200, {
        'Lambda-Runtime-Aws-Request-Id': requestId,
        'Lambda-Runtime-Deadline-Ms': String(deadlineMs),
        'Lambda-Runtime-Invoked-Function-Arn': functionArn,
        'Lambda-Runtime-Trace-Id': traceId,
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(payload),
      });
      response.end(payload);
    },
    drop() {
      response.destroy();
    },
  };
}

function finish(
  environment: ExecutionEnvironment,
  requestId: string,
  failed: boolean,
  text: string | undefined,
): void {
  // The invocation may have timed out while its answer was on the way.
  if (!environment.runs(requestId)) return;
  if (failed && text !== undefined) environment.reportError(requestId, text);
  else environment.respond(requestId, text);
}

/**
 * Reads the body and acknowledges it. A body larger than Lambda returns is drained, not kept, and gives
 * undefined.
 */
function collect(
  request: IncomingMessage,
  response: ServerResponse,
  done: (text: string | undefined) => void,
): void {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  request.on('data', (chunk: Buffer) => {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_RESPONSE_BYTES) chunks.length = 0;
    else chunks.push(chunk);
  });
  request.on('end', () => {
    const tooLarge = sizeBytes > MAX_RESPONSE_BYTES;
    done(tooLarge ? undefined : Buffer.concat(chunks).toString());
    if (tooLarge) refuse(response, 413, 'RequestEntityTooLarge', `Exceeded maximum allowed payload size`);
    else send(response, 202, ACCEPTED);
  });
}

function refuse(response: ServerResponse, status: number, errorType: string, errorMessage: string): void {
  send(response, status, JSON.stringify({ errorType, errorMessage }));
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, [
    'Content-Type',
    'application/json',
    'Content-Length',
    String(Buffer.byteLength(body)),
  ]);
  response.end(body);
}
