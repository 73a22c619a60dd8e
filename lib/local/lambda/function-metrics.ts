/** One observation of the namespace AWS/Lambda, in the form in which the local CloudWatch records what AWS records. */
export interface LambdaMetric {
  readonly namespace: 'AWS/Lambda';
  readonly name: 'Invocations' | 'Errors' | 'Throttles' | 'Duration';
  readonly dimensions: { FunctionName: string };
  readonly value: number;
  readonly unit: 'Count' | 'Milliseconds';
  readonly timestampMs: number;
}

/** Where observations go, some at a time. */
export type MetricSink = (metrics: LambdaMetric[]) => void;

const FLUSH_MS = 1000;

/**
 * Observes invocations as Lambda does and hands the observations on once a second: a write per request would cost
 * more than the request. Errors is 0 for a success, so that its average is the error rate.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 */
export class FunctionMetrics {
  readonly #sink: MetricSink | undefined;
  readonly #now: () => number;
  #pending: LambdaMetric[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(sink: MetricSink | undefined, now: () => number) {
    this.#sink = sink;
    this.#now = now;
  }

  /** Observes one finished invocation. */
  invocation(functionName: string, failed: boolean, durationMs: number): void {
    this.#add(functionName, 'Invocations', 1);
    this.#add(functionName, 'Errors', failed ? 1 : 0);
    this.#add(functionName, 'Duration', durationMs);
  }

  /** Observes a request that was refused because the function runs as often as it may. */
  throttle(functionName: string): void {
    this.#add(functionName, 'Throttles', 1);
  }

  /** Hands on what has been observed. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const metrics = this.#pending;
    this.#pending = [];
    if (metrics.length > 0) this.#sink?.(metrics);
  }

  #add(functionName: string, name: LambdaMetric['name'], value: number): void {
    if (this.#sink === undefined) return;
    this.#pending.push({
      namespace: 'AWS/Lambda',
      name,
      dimensions: { FunctionName: functionName },
      value,
      unit: name === 'Duration' ? 'Milliseconds' : 'Count',
      timestampMs: this.#now(),
    });
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.flush(), FLUSH_MS);
    this.#timer.unref();
  }
}
