import { PREDICTION_LOG_MARK } from '../drift/prediction-record.ts';
import type { LocalCloudWatch } from './cloudwatch/server.ts';
import { type LocalLogs, logGroupOf } from './cloudwatch-logs/logs.ts';

/** How long lines wait for others: what a function prints must not hold up the answer that comes right behind it. */
const GATHER_MS = 20;

/** Predictions are for the monitor: at a terminal, a line for each would hide all others. */
const PREDICTION_LINE = `{"${PREDICTION_LOG_MARK}":`;

interface Line {
  readonly functionName: string;
  readonly message: string;
  readonly timestampMs: number;
}

export interface LogIntakeOptions {
  readonly cloudWatch: Pick<LocalCloudWatch, 'takeLogLines'>;
  readonly logs: Pick<LocalLogs, 'append'>;
  readonly show: (functionName: string, line: string) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Takes what functions print, some lines at a time: metrics go to CloudWatch, all else to its logs and, predictions aside, to whoever shows
 * it, in order.
 */
export class LogIntake {
  readonly #options: LogIntakeOptions;
  #waiting: Line[] = [];
  #timer: NodeJS.Timeout | undefined;
  #storing: Promise<void> = Promise.resolve();

  constructor(options: LogIntakeOptions) {
    this.#options = options;
  }

  take(functionName: string, message: string): void {
    this.#waiting.push({ functionName, message, timestampMs: Date.now() });
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

  async #store(lines: readonly Line[]): Promise<void> {
    if (lines.length === 0) return;
    const { cloudWatch, logs, show, onError } = this.#options;
    try {
      const areMetrics = await cloudWatch.takeLogLines(lines.map(({ message }) => message));
      const others = lines.filter((_, i) => !areMetrics[i]);
      await logs.append(others.map((line) => ({ ...line, group: logGroupOf(line.functionName) })));
      for (const { functionName, message } of others)
        if (!message.startsWith(PREDICTION_LINE)) show(functionName, message);
    } catch (error) {
      onError(error);
    }
  }
}
