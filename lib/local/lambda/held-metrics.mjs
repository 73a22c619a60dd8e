// Metrics that a handler prints are sent together with its answer: a write to a pipe, which wakes its reader,
// costs more than a prediction. All other output is written at once, after the held metrics, so the order
// stays the same. A process that is killed during an invocation loses the held metrics, as it loses the
// answer.

const METRICS = '{"_aws":';

let held = '';

/**
 * Starts to hold back metrics (EMF) on standard output while an invocation runs.
 *
 * @param {() => boolean} isRunning whether an invocation runs
 */
export function holdMetrics(isRunning) {
  const write = process.stdout.write.bind(process.stdout);
  const flush = () => {
    const lines = heldMetrics();
    if (lines !== '') write(lines);
  };
  const holdOrWrite = (/** @type {Parameters<typeof write>} */ ...args) => {
    const [chunk, ...others] = args;
    if (others.length === 0 && isMetrics(chunk) && isRunning()) {
      held += chunk;
      return true;
    }
    flush();
    return write(...args);
  };
  process.stdout.write = /** @type {typeof process.stdout.write} */ (holdOrWrite);
  process.on('exit', flush);
}

/**
 * Takes the held metrics, to send them with an answer.
 *
 * @returns {string} whole lines, or nothing
 */
export function heldMetrics() {
  const lines = held;
  held = '';
  return lines;
}

/** @param {unknown} chunk */
function isMetrics(chunk) {
  return typeof chunk === 'string' && chunk.startsWith(METRICS) && chunk.endsWith('\n');
}
