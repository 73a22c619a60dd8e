/** One observation of the namespace AWS/Lambda, in the form that the local CloudWatch records. */
export interface LambdaMetric {
  readonly namespace: 'AWS/Lambda';
  readonly name: 'Invocations' | 'Errors' | 'Throttles' | 'Duration';
  readonly dimensions: { FunctionName: string };
  readonly value: number;
  /** How often the value was observed. */
  readonly count: number;
  readonly unit: 'Count' | 'Milliseconds';
  readonly timestampMs: number;
}

/** Receives observations in batches. */
export type MetricSink = (metrics: LambdaMetric[]) => void;

/** Short, so that batches are small: requests wait while a batch is passed on. */
const FLUSH_MS = 100;
const MINUTE_MS = 60_000;

/**
 * Observes invocations as Lambda does and passes the observations on in batches, with equal ones combined: a
 * write for each request would cost more than the request. Errors is 0 for a success, so that its average is
 * the error rate. Source: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 */
export class FunctionMetrics {
  readonly #sink: MetricSink | undefined;
  readonly #now: () => number;
  /** Equal observations of one minute, by their common fields. */
  readonly #pending = new Map<string, Mutable<LambdaMetric>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(sink: MetricSink | undefined, now: () => number) {
    this.#sink = sink;
    this.#now = now;
  }

  /** Observes one finished invocation. */
  invocation(functionName: string, failed: boolean, durationMs: number): void {
    this.#add(functionName, 'Invocations', 1);
    this.#add(functionName, 'Errors', failed ? 1 : 0);
    // In hundredths of a millisecond, as Lambda reports it, so that equal values can be combined.
    this.#add(functionName, 'Duration', Math.round(durationMs * 100) / 100);
  }

  /** Observes a request that was refused at the function's concurrency cap. */
  throttle(functionName: string): void {
    this.#add(functionName, 'Throttles', 1);
  }

  /** Passes the pending observations on. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const metrics = [...this.#pending.values()];
    this.#pending.clear();
    if (metrics.length > 0) this.#sink?.(metrics);
  }

  #add(functionName: string, name: LambdaMetric['name'], value: number): void {
    if (this.#sink === undefined) return;
    const timestampMs = this.#now();
    const key = `${functionName} ${name} ${value} ${Math.floor(timestampMs / MINUTE_MS)}`;
    const known = this.#pending.get(key);
    if (known) known.count += 1;
    else {
      this.#pending.set(key, {
        namespace: 'AWS/Lambda',
        name,
        dimensions: { FunctionName: functionName },
        value,
        count: 1,
        unit: name === 'Duration' ? 'Milliseconds' : 'Count',
        timestampMs,
      });
    }
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.flush(), FLUSH_MS);
    this.#timer.unref();
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
