/** One observation of the namespace AWS/Lambda, in the form in which the local CloudWatch records what AWS records. */
export interface LambdaMetric {
  readonly namespace: 'AWS/Lambda';
  readonly name: 'Invocations' | 'Errors' | 'Throttles' | 'Duration';
  readonly dimensions: { FunctionName: string };
  readonly value: number;
  /** How often it was observed. */
  readonly count: number;
  readonly unit: 'Count' | 'Milliseconds';
  readonly timestampMs: number;
}

/** Where observations go, some at a time. */
export type MetricSink = (metrics: LambdaMetric[]) => void;

/** Often, so that little is handed on at a time: requests wait meanwhile. */
const FLUSH_MS = 100;
const MINUTE_MS = 60_000;

/**
 * Observes invocations as Lambda does and hands the observations on some at a time, equal ones together: a write per request
 * would cost more than the request. Errors is 0 for a success, so that its average is the error rate.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 */
export class FunctionMetrics {
  readonly #sink: MetricSink | undefined;
  readonly #now: () => number;
  /** Equal observations of one minute, by what they have in common. */
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
    // To hundredths of a millisecond, as Lambda reports it: equal ones are handed on together.
    this.#add(functionName, 'Duration', Math.round(durationMs * 100) / 100);
  }

  /** Observes a request that was refused because the function runs as often as it may. */
  throttle(functionName: string): void {
    this.#add(functionName, 'Throttles', 1);
  }

  /** Hands on what has been observed. */
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
