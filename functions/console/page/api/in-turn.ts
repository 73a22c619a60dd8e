/**
 * Requests of a tab at once. A function answers few at a time, on a laptop four, and other tabs ask too: what
 * is over the limit would be a 503.
 */
const MAX_RUNNING = 3;

let running = 0;
const waiting: (() => void)[] = [];

/** Does a piece of work once fewer than the limit are being done; the first to wait is the first to begin. */
export async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= MAX_RUNNING) await new Promise<void>((begin) => waiting.push(begin));
  else running++;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    // Whoever waits takes over the place, so that nobody slips in between.
    if (next) next();
    else running--;
  }
}
