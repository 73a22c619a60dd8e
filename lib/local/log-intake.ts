import type { LocalCloudWatch } from './cloudwatch/server.ts';

/** How long lines wait for others: what a function prints must not hold up the answer that comes right behind it. */
const GATHER_MS = 20;

/** Takes what functions print: metrics go to CloudWatch, some lines at a time, all else to whoever shows it, in order. */
export class LogIntake {
  readonly #cloudWatch: Pick<LocalCloudWatch, 'takeLogLines'>;
  readonly #show: (functionName: string, line: string) => void;
  readonly #onError: (error: unknown) => void;
  #waiting: { readonly functionName: string; readonly line: string }[] = [];
  #timer: NodeJS.Timeout | undefined;
  #storing: Promise<void> = Promise.resolve();

  constructor(
    cloudWatch: Pick<LocalCloudWatch, 'takeLogLines'>,
    show: (functionName: string, line: string) => void,
    onError: (error: unknown) => void,
  ) {
    this.#cloudWatch = cloudWatch;
    this.#show = show;
    this.#onError = onError;
  }

  take(functionName: string, line: string): void {
    this.#waiting.push({ functionName, line });
    this.#timer ??= setTimeout(() => void this.flush(), GATHER_MS);
  }

  /** Resolves when all that was taken has been stored or shown. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#waiting;
    this.#waiting = [];
    this.#storing = this.#storing.then(() => this.#store(lines));
    return this.#storing;
  }

  async #store(lines: readonly { readonly functionName: string; readonly line: string }[]): Promise<void> {
    if (lines.length === 0) return;
    try {
      const areMetrics = await this.#cloudWatch.takeLogLines(lines.map(({ line }) => line));
      for (const [i, { functionName, line }] of lines.entries()) {
        if (!areMetrics[i]) this.#show(functionName, line);
      }
    } catch (error) {
      this.#onError(error);
    }
  }
}
