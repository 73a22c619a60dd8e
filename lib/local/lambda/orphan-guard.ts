import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Reads `+ <pid>` and `- <pid>` lines; when the pipe closes, which the kernel does however its writer dies, kills the
 * process groups that are left. In sh, because it costs a megabyte where a Node process or thread costs sixteen.
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
 * Sees to it that no function's process outlives this one, even if this one is killed by SIGKILL while a function
 * computes without ever returning to its event loop, and so cannot notice by itself that its supervisor has gone.
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

  /** Takes the process, the leader of its own process group, under guard. */
  watch(pid: number): void {
    this.#shell.stdin?.write(`+ ${pid}\n`);
  }

  /** Lets go of a process that has ended: its number may be given to a stranger. */
  release(pid: number): void {
    this.#shell.stdin?.write(`- ${pid}\n`);
  }

  /** Kills what is still watched and ends the guard. */
  async close(): Promise<void> {
    this.#shell.stdin?.end();
    await this.#exited;
  }
}
