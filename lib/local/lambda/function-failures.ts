import { MAX_RESPONSE_BYTES } from './frames.mjs';
import type { InvocationResult } from './function-definition.ts';

/** The end of a process: an exit status, or the signal that killed it. */
export interface ProcessEnd {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A function's own error document, as its runtime reported it. */
export function reportedFailure(requestId: string, errorDocument: string): InvocationResult {
  return { requestId, payload: errorDocument, functionError: 'Unhandled' };
}

/** The function or its initialisation ran longer than `limitMs` and was killed. */
export function timedOut(requestId: string, limitMs: number): InvocationResult {
  return platformFailure(requestId, 'Sandbox.Timedout', `Error: Task timed out after ${seconds(limitMs)}`);
}

/** The line that CloudWatch Logs shows for a timeout. */
export function timeoutLogLine(requestId: string, limitMs: number, now: number): string {
  return `${new Date(now).toISOString()} ${requestId} Task timed out after ${seconds(limitMs)}`;
}

/** The process ended before it answered. Exit status 0 is a crash too: nobody answered the caller. */
export function exited(requestId: string, end: ProcessEnd): InvocationResult {
  return platformFailure(requestId, 'Runtime.ExitError', `Error: ${exitReason(end)}`);
}

/** The end of a runtime's process in Lambda's words. */
export function exitReason({ status, signal }: ProcessEnd): string {
  if (signal !== null) return `Runtime exited with error: signal: ${SIGNAL_TEXTS[signal] ?? signal}`;
  return status === 0
    ? 'Runtime exited without providing a reason'
    : `Runtime exited with error: exit status ${status}`;
}

/** The handler's answer is larger than Lambda returns. */
export function responseTooLarge(requestId: string): InvocationResult {
  return failure(
    requestId,
    'Function.ResponseSizeTooLarge',
    `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`,
  );
}

/** Lambda's supervisor is written in Go, so it names signals by the texts of Go's syscall package. */
const SIGNAL_TEXTS: Partial<Record<NodeJS.Signals, string>> = {
  SIGKILL: 'killed',
  SIGTERM: 'terminated',
  SIGABRT: 'aborted',
  SIGSEGV: 'segmentation fault',
  SIGINT: 'interrupt',
  SIGBUS: 'bus error',
  SIGILL: 'illegal instruction',
};

function platformFailure(requestId: string, errorType: string, message: string): InvocationResult {
  return failure(requestId, errorType, `RequestId: ${requestId} ${message}`);
}

function failure(requestId: string, errorType: string, errorMessage: string): InvocationResult {
  return { requestId, payload: JSON.stringify({ errorType, errorMessage }), functionError: 'Unhandled' };
}

function seconds(limitMs: number): string {
  return `${(limitMs / 1000).toFixed(2)} seconds`;
}
