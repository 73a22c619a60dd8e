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
  let options: Options | undefined;
  try {
    options = parse(args);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    return EXIT.usage;
  }
  if (!options) {
    process.stdout.write(usage);
    return EXIT.ok;
  }
  try {
    return await run(options);
  } catch (error) {
    // The reader closed the pipe, as `head` does: that is not an error to report.
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE')
      process.stderr.write(`${(error as Error).message}\n`);
    return EXIT.failure;
  }
}
