// Metrics that a handler prints ride along with its answer: a write to a pipe that wakes who reads costs more than a
// prediction does. All else is written at once, and whatever was held goes before it, so no order changes. A process
// that is killed in the middle of an invocation loses what it held, as it loses the answer.

const METRICS = '{"_aws":';

let held = '';

/**
 * From now on standard output keeps back metrics (EMF) while an invocation runs.
 *
 * @param {() => boolean} isRunning whether one does
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
 * What is held, to be sent with an answer; it is no longer held then.
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
