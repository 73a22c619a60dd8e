import { randomText } from '../random-text.ts';
import type { InvocationResult } from './function-definition.ts';

/** The Invoke API returns the last 4 KB of an invocation's log on request. */
const LOG_TAIL_BYTES = 4096;

/** One run of a function, and the callback for its result. */
export interface Invocation {
  readonly requestId: string;
  /** X-Ray's trace header: invented, but in the right form. */
  readonly traceId: string;
  /** JSON text of the event. */
  readonly payload: string;
  /** Collects log lines while it runs. Usually absent, because callers rarely ask for them. */
  readonly logTail?: LogTail;
  /** When it was passed to a process, in milliseconds of the monotonic clock. */
  startedMs?: number;
  settle(result: InvocationResult): void;
  abandon(error: Error): void;
}

/** The part of an invocation that a runtime receives. */
export interface InvocationEvent extends Pick<Invocation, 'requestId' | 'traceId' | 'payload'> {
  /** Milliseconds since the epoch. */
  readonly deadlineMs: number;
  readonly functionArn: string;
}

/** A runtime that has asked for its next event. */
export interface EventReceiver {
  deliver(event: InvocationEvent): void;
  /** No event will come. */
  drop(): void;
}

/** Makes an X-Ray trace header value: `Root=1-<8 hex of seconds>-<24 hex>;Parent=...;Sampled=0`. */
export function traceHeader(nowMs: number): string {
  const hex = randomText(20, 'hex');
  const seconds = Math.floor(nowMs / 1000).toString(16);
  return `Root=1-${seconds.padStart(8, '0')}-${hex.slice(0, 24)};Parent=${hex.slice(24)};Sampled=0`;
}

/** Keeps the end of a log. */
export class LogTail {
  #text = Buffer.alloc(0);

  add(line: string): void {
    this.#text = Buffer.concat([this.#text, Buffer.from(`${line}\n`)]).subarray(-LOG_TAIL_BYTES);
  }

  base64(): string {
    return this.#text.toString('base64');
  }
}
