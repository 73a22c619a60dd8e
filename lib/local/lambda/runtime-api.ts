import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionEnvironment } from './execution-environment.ts';
import { MAX_RESPONSE_BYTES } from './function-failures.ts';

const ACCEPTED = JSON.stringify({ status: 'OK' });
const ROUTE =
  /^\/([0-9a-f]{32})\/2018-06-01\/runtime\/(?:(init)\/error|invocation\/(?:(next)|([\w-]+)\/(response|error)(\/next)?))$/u;

/**
 * Lambda's Runtime API, each environment below its own path prefix, where on Lambda each has its own address: clients
 * put the value of AWS_LAMBDA_RUNTIME_API before the path, so the prefix goes unnoticed.
 * Beyond Lambda's, `/response/next` and `/error/next` are answered with the next event, when there is one, in place of
 * an acknowledgement: one exchange per invocation where there are two, and exchanges are what an invocation costs. And
 * as many bytes as `Local-Output-Bytes` says, before the document, are lines that the function printed.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 *
 * @returns false when the request is not for the Runtime API.
 */
export function serveRuntimeApi(
  request: IncomingMessage,
  response: ServerResponse,
  environments: ReadonlyMap<string, ExecutionEnvironment>,
): boolean {
  const route = ROUTE.exec(request.url ?? '');
  if (route === null) return false;
  const [, id = '', init, next, requestId = '', outcome, thenNext] = route;
  const environment = environments.get(id);
  if (environment === undefined) refuse(response, 403, 'Forbidden', 'No such execution environment');
  else if (next !== undefined) environment.next(response);
  else if (init !== undefined)
    collect(request, response, (text) => environment.reportInitError(text ?? '{}'));
  else if (!environment.runs(requestId)) refuse(response, 400, 'InvalidRequestID', 'Invalid request ID');
  else {
    const finished = (text: string | undefined, output: string) => {
      if (output !== '') environment.printed(output);
      finish(environment, requestId, outcome === 'error', text);
    };
    collect(request, response, finished, thenNext === undefined ? undefined : environment);
  }
  return true;
}

function finish(
  environment: ExecutionEnvironment,
  requestId: string,
  failed: boolean,
  text: string | undefined,
): void {
  // It may have timed out while its answer was on the way.
  if (!environment.runs(requestId)) return;
  if (failed && text !== undefined) environment.reportError(requestId, text);
  else environment.respond(requestId, text);
}

/**
 * Reads the body: the output that goes before the document, and the document, as undefined when it is larger than Lambda
 * returns; then it is drained, not kept. Acknowledges it, or lets `next` answer with an event.
 */
function collect(
  request: IncomingMessage,
  response: ServerResponse,
  done: (text: string | undefined, output: string) => void,
  next?: ExecutionEnvironment,
): void {
  const outputBytes = Number(request.headers['local-output-bytes'] ?? 0);
  const limitBytes = MAX_RESPONSE_BYTES + outputBytes;
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  request.on('data', (chunk: Buffer) => {
    if (sizeBytes > limitBytes) return;
    sizeBytes += chunk.length;
    chunks.push(chunk);
    if (sizeBytes > limitBytes) chunks.splice(0, chunks.length, joined(chunks).subarray(0, outputBytes));
  });
  request.on('end', () => {
    const tooLarge = sizeBytes > limitBytes;
    const body = joined(chunks);
    done(tooLarge ? undefined : body.toString('utf8', outputBytes), body.toString('utf8', 0, outputBytes));
    if (next !== undefined) next.next(response);
    else if (tooLarge)
      refuse(response, 413, 'RequestEntityTooLarge', `Exceeded maximum allowed payload size`);
    else send(response, 202, ACCEPTED);
  });
}

function joined(chunks: readonly Buffer[]): Buffer {
  const [first] = chunks;
  return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
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
