import type { IncomingMessage, Server, ServerResponse } from 'node:http';

const WRITES = /\.(PutItem|UpdateItem)$/;
/** What an event may tell of: logs, uploads and notices, but not the outbox itself. */
const TOLD = [/"pk":\{"S":"NOTICES"/, /"sk":\{"S":"(VERSION|DECISION|UPLOAD|BATCH)#/];

/**
 * Calls `onChange` after each write to the registry that may make an event. On AWS a schedule does this;
 * people at a laptop should see an event at once, and polling would keep a process busy.
 */
export function watchRegistry(server: Server, onChange: () => void): void {
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    if (!WRITES.test(String(request.headers['x-amz-target']))) return;
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.once('finish', () => {
      const body = Buffer.concat(chunks).toString();
      if (response.statusCode === 200 && TOLD.some((pattern) => pattern.test(body))) onChange();
    });
  });
}
