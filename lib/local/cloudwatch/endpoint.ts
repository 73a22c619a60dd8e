import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { LOGS_TARGET, logsProtocol } from '../cloudwatch-logs/logs-protocol.ts';
import { jsonProtocol } from './json-protocol.ts';
import type { Operate } from './operations.ts';
import { queryProtocol } from './query-protocol.ts';
import { readBody } from './request-body.ts';
import { ServiceError } from './service-error.ts';
import type { Protocol, Reply } from './wire.ts';

/** The services behind the endpoint: metrics, and optionally logs. */
export interface Services {
  readonly metrics: Operate;
  readonly logs?: Operate | undefined;
}

/**
 * An HTTP server that speaks CloudWatch's wire formats. It reports its own faults to `onError` and answers
 * 500.
 */
export function createEndpoint(services: Services, onError: (error: unknown) => void): Server {
  const server = createServer((request, response) => {
    answer(request, services, onError)
      .then((reply) => send(response, reply, server.listening))
      .catch(onError);
  });
  // Longer than SDK clients keep a connection, so that no client reuses a connection that the server is
  // closing.
  server.keepAliveTimeout = 65_000;
  return server;
}

async function answer(
  request: IncomingMessage,
  { metrics, logs }: Services,
  onError: (error: unknown) => void,
): Promise<Reply> {
  const requestId = randomUUID();
  const isForLogs = String(request.headers['x-amz-target'] ?? '').startsWith(LOGS_TARGET);
  const operate = isForLogs && logs ? logs : metrics;
  const protocol = isForLogs ? logsProtocol : protocolOf(request);
  const reply = await reportErrors(protocol, requestId, onError, async () => {
    refuseCbor(request);
    const { operation, input } = protocol.decode(await readBody(request), request.headers);
    return protocol.encode(operation, await operate(operation, input), requestId);
  });
  return { ...reply, headers: { ...reply.headers, 'x-amzn-requestid': requestId } };
}

function protocolOf({ headers }: IncomingMessage): Protocol {
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
  return isForm ? queryProtocol : jsonProtocol;
}

function refuseCbor({ headers }: IncomingMessage): void {
  if (headers['smithy-protocol'] === undefined) return;
  throw new ServiceError(
    'SerializationException',
    `The local CloudWatch does not speak ${headers['smithy-protocol']}: use a client that speaks AWS JSON 1.0 or AWS Query.`,
  );
}

async function reportErrors(
  protocol: Protocol,
  requestId: string,
  onError: (error: unknown) => void,
  respond: () => Promise<Reply>,
): Promise<Reply> {
  try {
    return await respond();
  } catch (error) {
    if (error instanceof ServiceError) return protocol.encodeError(error, requestId);
    onError(error);
    return protocol.encodeError(
      new ServiceError('InternalServiceError', 'Internal error; see the log.'),
      requestId,
    );
  }
}

function send(response: ServerResponse, { status, headers, body }: Reply, isListening: boolean): void {
  // While the server is closing, a connection that stays open would delay it.
  const connection = isListening ? {} : { connection: 'close' };
  response.writeHead(status, { ...headers, ...connection, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
