import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request to AWS as it was sent. */
export interface RecordedCall {
  /** The access key id of the signature, in a header or in the address, which identifies the caller. */
  readonly actor: string;
  /** The service in the signature's scope: `s3`, `monitoring`. */
  readonly service: string;
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  readonly status: number;
  /** The answer's body; left out of calls that a unit test makes up. */
  readonly answer?: Buffer;
}

type Call = Omit<RecordedCall, 'status' | 'answer'>;

/** Answers a call that the server does not support. Returns undefined for a supported call. */
export type StandIn = (call: Call) => Answer | Promise<Answer> | undefined;

/** Changes the server's answer to what AWS would send this caller. */
export type Alteration = (call: Call, answer: Answer) => Answer;

export interface Recorder {
  readonly url: string;
  readonly calls: RecordedCall[];
  close(): Promise<void>;
}

const CREDENTIAL = /Credential=([^/]+)\/\d+\/[^/]+\/([^/]+)\/aws4_request/;

/**
 * Listens on a free port, forwards every request to `target`, and records the request, its caller and the
 * status.
 */
export async function startRecorder(
  target: string,
  standIn: StandIn,
  alter: Alteration = (_, answer) => answer,
): Promise<Recorder> {
  const calls: RecordedCall[] = [];
  const server = createServer((incoming, outgoing) => {
    serve(incoming).then(
      ({ status, headers, body }) => outgoing.writeHead(status, headers).end(body),
      (error: Error) => outgoing.writeHead(502).end(error.message),
    );
  });

  async function serve(incoming: IncomingMessage) {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const url = new URL(incoming.url ?? '/', target);
    const credential = `Credential=${url.searchParams.get('X-Amz-Credential')}`;
    const [, actor = '', service = ''] = CREDENTIAL.exec(incoming.headers.authorization ?? credential) ?? [];
    const call = {
      actor,
      service,
      method: incoming.method ?? '',
      url,
      headers: incoming.headers,
      body: Buffer.concat(chunks),
    };
    const stoodIn = await standIn(call);
    const answer = stoodIn ?? alter(call, await forward(call, target));
    calls.push({ ...call, status: answer.status, answer: answer.body });
    return answer;
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    close: () => closeServer(server),
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
}

/** The same call or answer with another body. */
export function withBody<T extends Pick<Answer, 'headers' | 'body'>>(message: T, value: unknown): T {
  const body = Buffer.from(JSON.stringify(value));
  return { ...message, headers: { ...message.headers, 'content-length': String(body.length) }, body };
}

/** Sends a call to a server as it was sent. */
export function forward(call: Call, target: string): Promise<Answer> {
  const { method, headers, url } = call;
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      new URL(url.pathname + url.search, target),
      { method, headers },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: Buffer.concat(chunks) }),
        );
      },
    );
    outgoing.on('error', reject).end(call.body);
  });
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
