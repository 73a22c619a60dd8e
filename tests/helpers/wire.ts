import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import type { WireAnswer } from './api-contract.ts';

/** A request as sent over the network. */
export interface WireRequest {
  readonly method: string;
  /** With its query, sent unchanged, whether percent-encoded or not. */
  readonly path: string;
  /** A name may occur twice. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: Buffer;
  /** Sends the body in chunks, without its length. */
  readonly chunked?: boolean;
}

const AGENT = new Agent({ keepAlive: true, maxSockets: 64 });

/** Sends a request and waits for the whole answer. Rejects when none comes within 60 s. */
export function send(base: string, wire: WireRequest): Promise<WireAnswer> {
  const { hostname, port, host } = new URL(base);
  const body = wire.body ?? Buffer.alloc(0);
  const framing: [string, string][] = wire.chunked
    ? [['transfer-encoding', 'chunked']]
    : body.length > 0
      ? [['content-length', String(body.length)]]
      : [];
  const headers = [['host', host] as const, ...framing, ...wire.headers].flat();
  return new Promise((resolve, reject) => {
    const sent = request(
      { agent: AGENT, hostname, port, method: wire.method, path: wire.path, headers },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({
            method: wire.method,
            status: answer.statusCode!,
            headers: answer.headers as Record<string, string | undefined>,
            body: Buffer.concat(chunks),
          }),
        );
      },
    );
    sent.setTimeout(60_000, () => sent.destroy(new Error('no answer within 60 s')));
    sent.on('error', reject);
    const half = Math.ceil(body.length / 2);
    if (wire.chunked && body.length > 0) sent.write(body.subarray(0, half));
    sent.end(wire.chunked ? body.subarray(half) : body);
  });
}

/**
 * Sends bytes that need not be HTTP, and returns the answer when the other side closes. When nothing arrives
 * for a while, half of the connection is closed: the bytes may be only the beginning of a request.
 */
export function sendBytes(base: string, bytes: Buffer): Promise<string> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    const patience = setInterval(() => socket.end(), 200);
    socket.setTimeout(60_000, () => socket.destroy(new Error('no answer within 60 s')));
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      patience.refresh();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
    socket.on('close', () => {
      clearInterval(patience);
      resolve(Buffer.concat(chunks).toString('latin1'));
    });
  });
}

/** Text that no answer may show: stack traces, files of the machine, names of the runtime's errors. */
export function leak(answer: WireAnswer): string | undefined {
  const type = answer.headers['content-type'] ?? '';
  if (/javascript|css|html|image/.test(type)) return undefined;
  return LEAK.exec(answer.body.toString('latin1'))?.[0];
}

const LEAK =
  /\bat (?:async )?[\w.<>]+ \(|\.m?[jt]s:\d+|node_modules|\bfile:\/\/|\/(?:tmp|home|root|var|usr|work)\/|\b(?:Type|Range|Syntax|Reference)Error\b|\bECONN\w+|Exception\b/;
