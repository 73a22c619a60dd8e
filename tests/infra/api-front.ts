import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FunctionHost } from './deployed-function.ts';
import { callApi, type Gateway } from './gateway.ts';

/** An address at which commands ask the API, as AWS gives one. */
export interface ApiFront {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Listens on a free port, and sends each request through the gateway as AWS stores it.
 *
 * @param onHealth what happens in the background on AWS, done before each GET /health: commands wait by it
 */
export async function startFront(
  gateway: Gateway,
  host: FunctionHost,
  onHealth: () => Promise<void>,
): Promise<ApiFront> {
  const server = createServer((incoming, outgoing) => {
    serve(incoming).then(
      ({ statusCode, body }) => outgoing.writeHead(statusCode).end(body),
      (error: Error) => outgoing.writeHead(500).end(error.message),
    );
  });

  async function serve(incoming: IncomingMessage) {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://api');
    const routeKey = `${incoming.method} ${pathname}`;
    if (routeKey === 'GET /health') await onHealth();
    const token = incoming.headers.authorization?.replace(/^Bearer /, '');
    return await callApi(gateway, host, gateway.routes.has(routeKey) ? routeKey : '$default', {
      rawPath: pathname,
      query: searchParams.toString(),
      ...(chunks.length > 0 ? { body: Buffer.concat(chunks).toString() } : {}),
      ...(token === undefined ? {} : { token }),
    });
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
