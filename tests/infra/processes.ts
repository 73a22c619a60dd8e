import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';

/** A step of the test did not go as it must. */
export class InfraTestError extends Error {}

/** The test was stopped from outside, or by another step's failure: what it says is no finding of its own. */
export class StoppedError extends InfraTestError {}

export interface CommandOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Every process of one run of the test. Each begins a group of its own: an interrupt from the terminal then reaches this process alone, and
 * ending a group ends what it started in turn, such as Terraform's providers.
 */
export class Processes {
  readonly #running = new Map<ChildProcess, Promise<void>>();
  readonly #graceMs: number;
  #stopped: string | undefined;

  /** @param graceMs how long a process may take to end by itself, before it is killed: Terraform writes its state first */
  constructor(graceMs = 15_000) {
    this.#graceMs = graceMs;
  }

  /** @throws StoppedError once `stop` was called */
  start(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
    if (this.#stopped !== undefined) throw new StoppedError(this.#stopped);
    const child = spawn(command, args, { ...options, detached: true });
    const closed = new Promise<void>((resolve) => {
      child.once('error', () => resolve());
      child.once('close', () => resolve());
    }).then(() => {
      this.#running.delete(child);
    });
    this.#running.set(child, closed);
    return child;
  }

  /**
   * Runs a command to its end. What it prints is kept, and shown by whoever finds that it failed.
   *
   * @throws StoppedError when `stop` ended it
   */
  async run(
    command: string,
    args: readonly string[],
    options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
  ): Promise<CommandOutcome> {
    const child = this.start(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const [stdout, stderr] = [textOf(child.stdout), textOf(child.stderr)];
    const code = await new Promise<number>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (exitCode) => resolve(exitCode ?? 1));
    });
    if (this.#stopped !== undefined) throw new StoppedError(this.#stopped);
    return { code, stdout: stdout(), stderr: stderr() };
  }

  /** Ends what runs, and lets nothing begin any more. Resolves when all is gone. */
  async stop(why: string): Promise<void> {
    this.#stopped ??= why;
    const running = [...this.#running];
    for (const [child] of running) signalGroup(child, 'SIGINT');
    const kill = setTimeout(() => {
      for (const [child] of running) signalGroup(child, 'SIGKILL');
    }, this.#graceMs);
    await Promise.all(running.map(([, closed]) => closed));
    clearTimeout(kill);
  }
}

/** Gathers a stream's text; the function gives what has come so far. */
export function textOf(stream: ChildProcess['stdout']): () => string {
  let text = '';
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // It ended in the meantime.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
