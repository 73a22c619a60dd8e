import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Reads `+ <pid>` and `- <pid>` lines. When the pipe closes, which the kernel does however its writer dies,
 * it kills the remaining process groups. It is a shell script because sh needs one megabyte, and a Node
 * process or thread sixteen.
 */
const SCRIPT = `
trap '' INT TERM HUP
pids=' '
while read -r operation pid; do
  case "$operation" in
    +) pids="$pids$pid " ;;
    -) case "$pids" in *" $pid "*) pids="\${pids%% "$pid" *} \${pids#* "$pid" }" ;; esac ;;
  esac
done
for pid in $pids; do kill -9 "-$pid" 2>/dev/null; done
exit 0
`;

/**
 * Ensures that no function's process outlives this one, even when this one is killed by SIGKILL while a
 * function computes and never returns to its event loop. Such a function cannot notice that its supervisor is
 * gone.
 */
export class OrphanGuard {
  readonly #shell: ChildProcess;
  readonly #exited: Promise<void>;

  constructor(onError: (error: unknown) => void) {
    // Its own process group: Ctrl-C in the terminal must not end it before the functions.
    this.#shell = spawn('/bin/sh', ['-c', SCRIPT], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      env: {},
    });
    this.#exited = new Promise((resolve) => {
      this.#shell.once('exit', () => resolve());
      this.#shell.once('error', (error) => {
        onError(error);
        resolve();
      });
    });
    this.#shell.stdin?.on('error', onError);
    this.#shell.unref();
  }

  /** Watches the process, which leads its own process group. */
  watch(pid: number): void {
    this.#shell.stdin?.write(`+ ${pid}\n`);
  }

  /** Stops watching a process that has ended: the system may give its number to another process. */
  release(pid: number): void {
    this.#shell.stdin?.write(`- ${pid}\n`);
  }

  /** Kills the processes that are still watched and ends the guard. */
  async close(): Promise<void> {
    this.#shell.stdin?.end();
    await this.#exited;
  }
}
