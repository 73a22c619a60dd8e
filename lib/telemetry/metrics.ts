import { EmfWriter, type EmittedMetric } from './emf-lines.ts';
import type { FunctionName, METRICS, MetricKey } from './metric-names.ts';
import { writeLines } from './write-lines.ts';

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
 * Writes each metric at once: for functions whose work may be cut off at any point. The first invocation is counted as a cold start.
 *
 * @param functionName whose metrics they are
 */
export function createMetricEmitter(functionName: FunctionName): MetricBuffer {
  const { emit: gather, print, write } = gathering(functionName, templateWriter());
  const emit: EmitMetric = (key, dimensions, value) => {
    gather(key, dimensions, value);
    write();
  };
  return { emit, later: (work) => work(emit), print, flush: write };
}

/**
 * Gathers the metrics of an invocation and writes them together, when its answer is on its way: on a pipe, a write is a system call that
 * also wakes who reads, and costs more than a prediction. A runtime asks for its next event in a later turn of the event loop than
 * the one in which it sends an answer, so that what `setImmediate` was given runs before the function may be frozen. The
 * first invocation is counted as a cold start.
 *
 * @param functionName whose metrics they are
 */
export function createMetricBuffer(
  functionName: FunctionName,
  writeMetrics = templateWriter(),
): MetricBuffer {
  const { emit, print, write } = gathering(functionName, writeMetrics);
  // Used again and again by a count: to empty a list costs as much as all that is put into it.
  const works: ((emit: EmitMetric) => void)[] = [];
  let workCount = 0;
  let isScheduled = false;
  const writeNow = () => {
    isScheduled = false;
    for (let i = 0; i < workCount; i++) works[i]!(emit);
    workCount = 0;
    write();
  };
  return {
    emit,
    later(work) {
      works[workCount++] = work;
    },
    print,
    flush() {
      if (isScheduled) return;
      isScheduled = true;
      setImmediate(writeNow);
    },
  };
}

/** Writes the first `count` metrics, and behind them whole lines of another kind, of which there may be none. */
export type WriteMetrics = (emitted: readonly EmittedMetric[], count: number, lines: string) => void;

function templateWriter(): WriteMetrics {
  const writer = new EmfWriter();
  return (emitted, count, lines) => {
    const end = count === 0 ? 0 : writer.write(emitted, count, Date.now());
    writeLines(writer.bytes, end, lines);
  };
}

function gathering(
  functionName: FunctionName,
  writeMetrics: WriteMetrics,
): Pick<MetricBuffer, 'emit' | 'print'> & { readonly write: () => void } {
  let printed = '';
  const waiting: EmittedMetric[] = [{ key: 'coldStarts', dimensions: { function: functionName }, value: 1 }];
  let count = waiting.length;
  return {
    emit(key, dimensions, value) {
      waiting[count++] = { key, dimensions, value };
    },
    print(lines) {
      printed += lines;
    },
    write() {
      if (count === 0 && printed === '') return;
      const [metrics, lines] = [count, printed];
      count = 0;
      printed = '';
      writeMetrics(waiting, metrics, lines);
    },
  };
}
