/** Changes within this time are told together. */
const QUIET_MS = 500;
/** How long stopping waits for a run. */
const STOP_MS = 2000;
/** After a run that failed, or had no time for everything. */
const AGAIN_MS = 5000;

/**
 * Runs the events function after changes: one run at a time, and one more when something changed during it,
 * or when it did not come to its end.
 */
export class EventTeller {
  readonly #run: () => Promise<boolean>;
  readonly #onError: (error: unknown) => void;
  readonly #delays: { readonly quietMs: number; readonly againMs: number };
  /** At the start something may be left from an earlier process. */
  #isDue = true;
  #isStarted = false;
  #isRunning = false;
  #timer: NodeJS.Timeout | undefined;
  #told: Promise<void> = Promise.resolve();

  /** @param run resolves with false when it must run again */
  constructor(
    run: () => Promise<boolean>,
    onError: (error: unknown) => void,
    delays = { quietMs: QUIET_MS, againMs: AGAIN_MS },
  ) {
    this.#run = run;
    this.#onError = onError;
    this.#delays = delays;
  }

  start(): void {
    this.#isStarted = true;
    if (this.#isDue) this.#wait(this.#delays.quietMs);
  }

  changed(): void {
    this.#isDue = true;
    this.#wait(this.#delays.quietMs);
  }

  /** Waits for a run, whose reads must end before the registry is closed, but not for a webhook's retries. */
  async stop(): Promise<void> {
    this.#isStarted = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const patience = new Promise((resolve) => {
      setTimeout(resolve, STOP_MS).unref();
    });
    await Promise.race([this.#told, patience]);
  }

  #wait(ms: number): void {
    if (!this.#isStarted || this.#isRunning || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#told = this.#tell();
    }, ms);
    this.#timer.unref();
  }

  async #tell(): Promise<void> {
    this.#timer = undefined;
    this.#isRunning = true;
    this.#isDue = false;
    let isDone = false;
    try {
      isDone = await this.#run();
    } catch (error) {
      // While it stops, the function is gone.
      if (this.#isStarted) this.#onError(error);
    }
    this.#isRunning = false;
    if (!isDone) this.#isDue = true;
    if (this.#isDue) this.#wait(isDone ? this.#delays.quietMs : this.#delays.againMs);
  }
}
