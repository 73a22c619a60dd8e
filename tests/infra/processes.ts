import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';

/** A step of the test failed. */
export class InfraTestError extends Error {}

/** The test was stopped from outside, or by another step's failure. It is not a fault of this step. */
export class StoppedError extends InfraTestError {}

export interface CommandOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * All processes of one run of the test. Each has its own process group: an interrupt from the terminal
 * reaches only this process, and ending a group also ends its children, such as Terraform's providers.
 */
export class Processes {
  readonly #running = new Map<ChildProcess, Promise<void>>();
  readonly #graceMs: number;
  #stopped: string | undefined;

  /**
   * @param graceMs the time that a process has to end before it is killed: Terraform writes its state first
   */
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
   * Runs a command to its end and returns its output.
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

  /** Ends all running processes and prevents new ones. Resolves when all have ended. */
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

/** Collects a stream's text. The returned function gives the text so far. */
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
    // The process has ended in the meantime.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
