import { connect, type Socket } from 'node:net';

/** A server's answers under load. */
export interface LoadResult {
  readonly seconds: number;
  /** One per answer, in microseconds, from sending the request to the answer's last byte. */
  readonly latenciesUs: readonly number[];
}

/**
 * Sends one request repeatedly over open connections. Each waits for its answer before it sends the next
 * request. Plain sockets keep the client's share of the processors small, because the server uses the same
 * ones.
 *
 * @param connections how many at the same time
 * @throws Error when an answer is not 200, or a connection ends
 */
export async function load(
  url: URL,
  body: string,
  connections: number,
  durationMs: number,
): Promise<LoadResult> {
  const request = Buffer.from(
    `POST ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  const latenciesUs: number[] = [];
  const startedMs = performance.now();
  const untilMs = startedMs + durationMs;
  await Promise.all(Array.from({ length: connections }, () => sendUntil(url, request, untilMs, latenciesUs)));
  return { seconds: (performance.now() - startedMs) / 1000, latenciesUs };
}

function sendUntil(url: URL, request: Buffer, untilMs: number, latenciesUs: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(url.port), url.hostname);
    socket.setNoDelay(true);
    let sentMs = 0;
    const send = () => {
      sentMs = performance.now();
      socket.write(request);
    };
    onAnswers(socket, (status) => {
      const nowMs = performance.now();
      if (status !== 200) {
        socket.destroy(new Error(`${url.href} answered ${status}`));
        return;
      }
      latenciesUs.push((nowMs - sentMs) * 1000);
      if (nowMs < untilMs) return send();
      socket.destroy();
      resolve();
    });
    socket.on('error', reject);
    socket.on('end', () => reject(new Error(`${url.href} closed the connection`)));
    socket.on('connect', send);
  });
}

/** Calls back once per answer. Content-Length, which all contenders send, gives an answer's end. */
function onAnswers(socket: Socket, onAnswer: (status: number) => void): void {
  let received = '';
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    received += chunk;
    const head = received.indexOf('\r\n\r\n');
    if (head === -1) return;
    const length = /\r\ncontent-length: *(\d+)/i.exec(received.slice(0, head))?.[1];
    if (length === undefined) {
      socket.destroy(new Error('an answer without Content-Length'));
      return;
    }
    if (received.length < head + 4 + Number(length)) return;
    const status = Number(received.slice(9, 12));
    received = '';
    onAnswer(status);
  });
}
