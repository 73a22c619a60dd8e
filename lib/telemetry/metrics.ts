import type { FunctionName } from '../functions.ts';
import { EmfWriter, type EmittedMetric } from './emf-lines.ts';
import type { METRICS, MetricKey } from './metric-names.ts';

type DimensionsOf<K extends MetricKey> = Readonly<Record<(typeof METRICS)[K]['dimensions'][number], string>>;

/** Emits one value of one metric, with exactly the dimensions that the metric has. */
export type EmitMetric = <K extends MetricKey>(metric: K, dimensions: DimensionsOf<K>, value: number) => void;

/** Where metrics go: EMF lines on standard output, of which CloudWatch Logs makes metrics. */
export interface MetricBuffer {
  readonly emit: EmitMetric;
  /** Emits what takes some computing when it is written: with a buffer, behind the answer. */
  readonly later: (work: (emit: EmitMetric) => void) => void;
  /** Whole lines of another kind, for which no write of their own shall be made. */
  readonly print: (lines: string) => void;
  /** To be called once in every invocation: has what waits written. */
  readonly flush: () => void;
}

/**
 * Writes each metric at once: for functions whose work may be cut off at any point. The first invocation is
 * counted as a cold start.
 *
 * @param functionName whose metrics they are
 */
export function createMetricEmitter(functionName: FunctionName): MetricBuffer {
  const { emit: gather, print, write } = gathering(functionName);
  const emit: EmitMetric = (key, dimensions, value) => {
    gather(key, dimensions, value);
    write();
  };
  return { emit, later: (work) => work(emit), print, flush: write };
}

/**
 * Gathers the metrics of an invocation and writes them together behind its answer: to make the lines takes
 * longer than a prediction, and a write to a pipe wakes who reads. A runtime asks for its next event in a
 * later turn of the event loop than the one in which it sends an answer. So what `setImmediate` was given
 * runs before the function may be frozen. The first invocation is counted as a cold start.
 *
 * @param functionName whose metrics they are
 */
export function createMetricBuffer(functionName: FunctionName): MetricBuffer {
  const { emit, print, write } = gathering(functionName);
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

function gathering(
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
