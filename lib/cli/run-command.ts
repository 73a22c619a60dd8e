import { ClassifierError } from '../errors.ts';
import { standardError, standardOutput } from '../terminal.ts';
import { oneLine } from '../text-safety.ts';

const MAX_MISTAKE_LENGTH = 1000;

/** Exit codes. Each usage text describes them. */
export const EXIT = { ok: 0, failure: 1, usage: 2, invalidData: 3, gateFailed: 4 } as const;

export interface Command<Options> {
  readonly usage: string;
  /** @returns undefined when help was requested. @throws TypeError that names the mistake. */
  parse(args: readonly string[]): Options | undefined;
  /** @returns the exit code */
  run(options: Options): Promise<number>;
}

/** Runs a command and returns its exit code. Data goes to standard output, messages to standard error. */
export async function runCommand<Options>(
  { usage, parse, run }: Command<Options>,
  args: readonly string[],
): Promise<number> {
  // What is thrown where nobody waits for it. Node would print it, and the source beside it, as it is.
  process.once('uncaughtException', (error) => process.exit(reportFailure(error)));
  const usageLines = usage.trimEnd().split('\n');
  let options: Options | undefined;
  try {
    options = parse(args);
  } catch (error) {
    standardError.lines([...mistakeLines(error as Error), '', ...usageLines]);
    return EXIT.usage;
  }
  if (!options) {
    standardOutput.lines(usageLines);
    return EXIT.ok;
  }
  try {
    return await run(options);
  } catch (error) {
    return reportFailure(error);
  }
}

function reportFailure(error: unknown): number {
  // The reader closed the pipe, as `head` does: that is not an error to report.
  if ((error as NodeJS.ErrnoException).code !== 'EPIPE') standardError.lines(messageLines(error));
  return EXIT.failure;
}

/** The lines of an error's message. Only this project's own errors part their lines on purpose. */
function messageLines(error: unknown): string[] {
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof ClassifierError ? message.split('\n') : [message];
}

/** Node's own advice on a mistaken option has lines, which its arguments may have, too. */
function mistakeLines(error: Error & { code?: string }): string[] {
  const isNodes = error.code?.startsWith('ERR_PARSE_ARGS') === true;
  return isNodes ? [oneLine(error.message, MAX_MISTAKE_LENGTH)] : messageLines(error);
}
