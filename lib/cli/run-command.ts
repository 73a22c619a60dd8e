/** What a command's exit code says: see "Exit codes" in each usage text. */
export const EXIT = { ok: 0, failure: 1, usage: 2, invalidData: 3, gateFailed: 4 } as const;

export interface Command<Options> {
  readonly usage: string;
  /** @returns undefined when help was asked for. @throws TypeError naming the mistake. */
  parse(args: readonly string[]): Options | undefined;
  /** @returns the exit code */
  run(options: Options): Promise<number>;
}

/** Runs a command to its exit code: data goes to standard output, everything else to standard error. */
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
    // Whoever reads has seen enough, as `head` does: that needs no words.
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE')
      process.stderr.write(`${(error as Error).message}\n`);
    return EXIT.failure;
  }
}
