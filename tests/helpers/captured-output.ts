import { setImmediate } from 'node:timers/promises';
import { beforeAll } from 'vitest';

/** What functions printed, oldest first. */
export interface CapturedOutput {
  /** Every line, a log entry or metrics. */
  readonly lines: () => readonly Record<string, unknown>[];
  /** Log entries: lines that are no metrics. */
  readonly entries: () => readonly Record<string, unknown>[];
  /** Forgets what was printed so far. */
  readonly clear: () => void;
}

/**
 * Keeps what functions write to standard output while the tests of a file run, so that tests can look at it
 * and the list of tests stays free of it. To be called first in a file: metrics are written behind an answer,
 * also behind the last one. It is no mock of vitest's, which `vi.restoreAllMocks` would take away.
 */
export function captureOutput(): CapturedOutput {
  let text = '';
  beforeAll(() => {
    const { stdout } = process;
    const original = Object.getOwnPropertyDescriptor(stdout, 'write');
    const write = (chunk: string | Uint8Array) => {
      text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
      return true;
    };
    Object.defineProperty(stdout, 'write', { value: write, configurable: true, writable: true });
    return async () => {
      await setImmediate();
      if (original) Object.defineProperty(stdout, 'write', original);
      else Reflect.deleteProperty(stdout, 'write');
    };
  });
  const lines = () =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line): Record<string, unknown> => JSON.parse(line));
  return {
    lines,
    entries: () => lines().filter((entry) => !('_aws' in entry)),
    clear() {
      text = '';
    },
  };
}
