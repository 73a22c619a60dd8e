import { Worker } from 'node:worker_threads';
import type { ServiceRecord } from './cloudwatch/server.ts';
import type { ListenSettings } from './listen.ts';

/**
 * Lines are collected for this time and sent together: sending each one would delay the responses that follow
 * it.
 */
const BATCH_MS = 20;

/**
 * The entry point of the thread: a source file when run from the sources, otherwise the file that lib/build
 * writes beside the bundle.
 */
const ENTRY = import.meta.url.endsWith('.ts') ? './cloudwatch-worker.ts' : './cloudwatch-worker.mjs';

/** Input of the thread. */
export interface CloudWatchSettings {
  /** The folder of a LevelDB that other threads have open, too. */
  readonly databaseFolder: string;
  /** Names of the functions whose output the thread receives. */
  readonly functions: readonly string[];
  readonly region: string;
  readonly accountId: string;
  readonly listen: ListenSettings;
}

/** A line that a function printed. */
export interface PrintedLine {
  readonly functionName: string;
  readonly message: string;
  readonly timestampMs: number;
}

export type ThreadRequest =
  | { readonly kind: 'lines'; readonly lines: readonly PrintedLine[] }
  | { readonly kind: 'records'; readonly records: readonly ServiceRecord[] }
  | { readonly kind: 'close' };

export type ThreadReply =
  | { readonly kind: 'listening'; readonly port: number }
  /** The operating system's code for the failure to listen. */
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'show'; readonly lines: readonly PrintedLine[] }
  | { readonly kind: 'fault'; readonly text: string };

export interface CloudWatchThreadOptions extends CloudWatchSettings {
  /** Called with each line that is neither a metric nor a logged prediction, in order. */
  readonly show: (functionName: string, line: string) => void;
  readonly onError: (error: unknown) => void;
}

/** CloudWatch could not listen. */
export class ListenError extends Error {
  /** The operating system's error code. */
  readonly code: string;

  constructor(code: string) {
    super(`CloudWatch cannot listen: ${code}`);
    this.code = code;
  }
}

/**
 * The laptop's CloudWatch and its logs, in a separate thread. Storing the metrics and logs of a request takes
 * about as long as the rest of the supervisor's work for it. In a thread, no request waits for that.
 */
export class CloudWatchThread {
  readonly #worker: Worker;
  readonly #options: CloudWatchThreadOptions;
  readonly #listening = Promise.withResolvers<number>();
  readonly #exited: Promise<void>;
  #waiting: PrintedLine[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isClosing = false;

  constructor(options: CloudWatchThreadOptions) {
    const { show: _, onError: __, ...settings } = options;
    this.#options = options;
    // Callers of listening() get the rejection. Until then nobody waits for it, and it would end the process.
    this.#listening.promise.catch(() => undefined);
    this.#worker = new Worker(new URL(ENTRY, import.meta.url), { workerData: settings });
    this.#worker.on('message', (reply: ThreadReply) => this.#take(reply));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', (code) => {
        if (!this.#isClosing) this.#fail(new Error(`CloudWatch's thread ended early, with code ${code}`));
        resolve();
      });
    });
  }

  /**
   * Resolves with the port once requests are answered there.
   *
   * @throws ListenError
   */
  listening(): Promise<number> {
    return this.#listening.promise;
  }

  /** Takes a line of a function's output. */
  takeLine(functionName: string, message: string): void {
    this.#waiting.push({ functionName, message, timestampMs: Date.now() });
    this.#timer ??= setTimeout(() => this.#sendLines(), BATCH_MS);
  }

  /** Records the metrics that AWS services record themselves. */
  record(records: readonly ServiceRecord[]): void {
    this.#request({ kind: 'records', records });
  }

  /** Resolves when every accepted line is stored and shown, and the thread has ended. */
  async close(): Promise<void> {
    this.#sendLines();
    this.#isClosing = true;
    this.#request({ kind: 'close' });
    await this.#exited;
  }

  #sendLines(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#waiting;
    this.#waiting = [];
    if (lines.length > 0) this.#request({ kind: 'lines', lines });
  }

  #request(request: ThreadRequest): void {
    this.#worker.postMessage(request);
  }

  #take(reply: ThreadReply): void {
    switch (reply.kind) {
      case 'listening':
        this.#listening.resolve(reply.port);
        return;
      case 'refused':
        this.#listening.reject(new ListenError(reply.code));
        return;
      case 'show':
        for (const { functionName, message } of reply.lines) this.#options.show(functionName, message);
        return;
      case 'fault':
        this.#options.onError(reply.text);
    }
  }

  #fail(error: unknown): void {
    this.#listening.reject(error);
    this.#options.onError(error);
  }
}
