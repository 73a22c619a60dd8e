import type { Duplex } from 'node:stream';
import { FrameReader, frame } from './frames.mjs';
import type { EventReceiver } from './invocation.ts';

/**
 * A message of a function's runtime. It is ready for its first event; or it has the result of an event, and
 * is ready for the next; or it reports the error of which it will die once it has a reply.
 */
type Message =
  | { readonly kind: 'ready' | 'initError' }
  | { readonly kind: 'crash'; readonly requestId: string }
  | Outcome;

interface Outcome {
  readonly kind: 'response' | 'responseTooLarge' | 'error';
  readonly requestId: string;
  /** The body begins with this many bytes of printed lines. The rest is the answer. */
  readonly outputBytes: number;
}

/** The environment's callbacks for messages of its runtime. */
export interface RuntimeListener {
  /** The runtime asks for an event. `receiver` is kept until there is one. */
  next(receiver: EventReceiver): void;
  /** Whether this environment runs that invocation. */
  runs(requestId: string): boolean;
  /** The process sent these whole lines of standard output together with its answer. */
  printed(lines: string): void;
  /** The handler answered with this JSON text, or with more than Lambda returns (undefined). */
  respond(requestId: string, payload: string | undefined): void;
  /** The handler failed. The document is `{errorType, errorMessage, trace}`. */
  reportError(requestId: string, errorDocument: string): void;
  /** Initialisation failed with this error document. */
  reportInitError(errorDocument: string): void;
  /** The runtime sent an invalid message, so the environment is of no further use. */
  faulty(error: unknown): void;
}

/** Talks to the runtime of a function's process, as the Runtime API does to other runtimes. */
export function serveRuntimeChannel(channel: Duplex, environment: RuntimeListener): void {
  const receiver: EventReceiver = {
    deliver({ payload, ...head }) {
      channel.write(frame(head, payload));
    },
    drop() {
      channel.destroy();
    },
  };
  const reader = new FrameReader((head, body) => {
    // The other end is the project's own runtime, so the form is known.
    const message = head as Message;
    take(message, body, environment);
    if (message.kind === 'initError' || message.kind === 'crash') channel.write(frame({}, ''));
    else environment.next(receiver);
  });
  channel.on('data', (chunk: Buffer) => {
    try {
      reader.read(chunk);
    } catch (error) {
      environment.faulty(error);
    }
  });
  // The process is gone; its exit gives the reason.
  channel.on('error', () => channel.destroy());
}

function take(message: Message, body: Buffer, environment: RuntimeListener): void {
  switch (message.kind) {
    case 'ready':
      break;
    case 'initError':
      environment.reportInitError(body.toString());
      break;
    case 'crash':
      if (environment.runs(message.requestId)) environment.reportError(message.requestId, body.toString());
      break;
    default:
      finish(message, body, environment);
  }
}

function finish({ kind, requestId, outputBytes }: Outcome, body: Buffer, environment: RuntimeListener) {
  if (outputBytes > 0) environment.printed(body.toString('utf8', 0, outputBytes));
  // The invocation may have timed out while its answer was on the way.
  if (!environment.runs(requestId)) return;
  const text = kind === 'responseTooLarge' ? undefined : body.toString('utf8', outputBytes);
  if (kind === 'error') environment.reportError(requestId, text ?? '');
  else environment.respond(requestId, text);
}
