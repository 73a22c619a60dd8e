import type { FunctionName } from '../functions.ts';
import { EmfWriter, type EmittedMetric } from './emf-lines.ts';
import type { METRICS, MetricKey } from './metric-names.ts';

type DimensionsOf<K extends MetricKey> = Readonly<Record<(typeof METRICS)[K]['dimensions'][number], string>>;

/** Emits one value of one metric, with exactly the dimensions that the metric has. */
export type EmitMetric = <K extends MetricKey>(metric: K, dimensions: DimensionsOf<K>, value: number) => void;

/** The destination of metrics: EMF lines on standard output, which CloudWatch Logs turns into metrics. */
export interface MetricBuffer {
  readonly emit: EmitMetric;
  /** Emits metrics that take some computing. A buffer runs the work after the answer. */
  readonly later: (work: (emit: EmitMetric) => void) => void;
  /** Prints whole lines of another kind in the same write as the metrics. */
  readonly print: (lines: string) => void;
  /** Call it once in every invocation. It writes, or schedules the write of, all waiting metrics. */
  readonly flush: () => void;
}

/**
 * Writes each metric at once, for functions whose work may be interrupted at any point. The first invocation
 * is counted as a cold start.
 *
 * @param functionName the function that emits the metrics
 */
export function createMetricEmitter(functionName: FunctionName): MetricBuffer {
  const { emit: collect, print, write } = metricCollector(functionName);
  const emit: EmitMetric = (key, dimensions, value) => {
    collect(key, dimensions, value);
    write();
  };
  return { emit, later: (work) => work(emit), print, flush: write };
}

/**
 * Collects the metrics of an invocation and writes them together after its answer: building the lines takes
 * longer than a prediction, and a write to a pipe wakes its reader. A runtime asks for its next event in a
 * later turn of the event loop than the one in which it sends an answer. So callbacks of `setImmediate` run
 * before the function may be frozen. The first invocation is counted as a cold start.
 *
 * @param functionName the function that emits the metrics
 */
export function createMetricBuffer(functionName: FunctionName): MetricBuffer {
  const { emit, print, write } = metricCollector(functionName);
  let works: ((emit: EmitMetric) => void)[] = [];
  let isScheduled = false;
  const writeNow = () => {
    isScheduled = false;
    const due = works;
    works = [];
    for (const work of due) work(emit);
    write();
  };
  return {
    emit,
    later(work) {
      works.push(work);
    },
    print,
    flush() {
      if (isScheduled) return;
      isScheduled = true;
      setImmediate(writeNow);
    },
  };
}

function metricCollector(
  functionName: FunctionName,
): Pick<MetricBuffer, 'emit' | 'print'> & { readonly write: () => void } {
  const writer = new EmfWriter();
  let waiting: EmittedMetric[] = [{ key: 'coldStarts', dimensions: { function: functionName }, value: 1 }];
  let printed = '';
  return {
    emit(key, dimensions, value) {
      waiting.push({ key, dimensions, value });
    },
    print(lines) {
      printed += lines;
    },
    write() {
      if (waiting.length === 0 && printed === '') return;
      const [emitted, text] = [waiting, printed];
      waiting = [];
      printed = '';
      writer.write(emitted, text);
    },
  };
}
