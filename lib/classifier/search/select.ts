/** With fewer elements, estimating the pivot from a window costs more than it saves (Floyd and Rivest). */
const WINDOW_THRESHOLD = 600;
/**
 * After this many partitionings the range is sorted instead. It never happens by chance, so only crafted data
 * pays for it.
 */
const MAX_ROUNDS = 64;

/**
 * Permutes keys[left..right] (both inclusive), and `order` with it, so that keys[target] is the key that
 * sorting would put there, no key before it is larger and no key after it is smaller. Linear time on average,
 * O(n log n) at worst.
 *
 * Floyd and Rivest, "Algorithm 489: SELECT" (1975), with Hoare's partitioning, which stays balanced on equal
 * keys. The window's size comes from square roots and integer logarithms only. These are the same on every
 * machine, exp and log need not be, and the order of rows is part of the artifact. `rounds` is a parameter
 * for the tests.
 */
export function select(
  keys: Float64Array,
  order: Int32Array,
  left: number,
  right: number,
  target: number,
  rounds: number = MAX_ROUNDS,
): void {
  let low = left;
  let high = right;
  for (let round = 0; low < high; round++) {
    if (round >= rounds) {
      heapSort(keys, order, low, high);
      return;
    }
    if (high - low > WINDOW_THRESHOLD) selectInWindow(keys, order, low, high, target, rounds);
    const pivotAt = partition(keys, order, low, high, target);
    if (pivotAt <= target) low = pivotAt + 1;
    if (target <= pivotAt) high = pivotAt - 1;
  }
}

/**
 * Moves an element of about the wanted rank to `target`: the exact choice within a window that represents all
 * keys.
 */
function selectInWindow(
  keys: Float64Array,
  order: Int32Array,
  low: number,
  high: number,
  target: number,
  rounds: number,
): void {
  const count = high - low + 1;
  const rank = target - low + 1;
  const windowSize = 4 * Math.sqrt(count);
  const logarithm = 31 - Math.clz32(count);
  // The window is shifted towards the longer side by a few standard deviations of the pivot's rank, so that
  // the pivot most likely cuts that side off. Above the threshold the shift is less than half the window, so
  // the target stays inside.
  const deviation = 0.5 * Math.sqrt(logarithm * windowSize) * (2 * rank < count ? -1 : 1);
  const share = windowSize / count;
  const from = Math.max(low, Math.floor(target - rank * share + deviation));
  const to = Math.min(high, Math.floor(target + (count - rank) * share + deviation));
  select(keys, order, from, to, target, rounds);
}

/** Partitions around the element at `target` and returns where that element ends up. */
function partition(keys: Float64Array, order: Int32Array, low: number, high: number, target: number): number {
  const pivot = keys[target]!;
  swap(keys, order, low, target);
  if (keys[high]! > pivot) swap(keys, order, low, high);
  // One end now holds the pivot and the other end no key beyond it, so neither inner loop needs a bounds
  // check.
  let i = low;
  let j = high;
  while (i < j) {
    swap(keys, order, i, j);
    i++;
    j--;
    while (keys[i]! < pivot) i++;
    while (keys[j]! > pivot) j--;
  }
  if (keys[low] === pivot) {
    swap(keys, order, low, j);
    return j;
  }
  swap(keys, order, j + 1, high);
  return j + 1;
}

function heapSort(keys: Float64Array, order: Int32Array, low: number, high: number): void {
  const count = high - low + 1;
  for (let root = (count >>> 1) - 1; root >= 0; root--) sink(keys, order, low, root, count);
  for (let end = count - 1; end > 0; end--) {
    swap(keys, order, low, low + end);
    sink(keys, order, low, 0, end);
  }
}

function sink(keys: Float64Array, order: Int32Array, low: number, root: number, count: number): void {
  let parent = root;
  for (let child = 2 * parent + 1; child < count; child = 2 * parent + 1) {
    if (child + 1 < count && keys[low + child]! < keys[low + child + 1]!) child++;
    if (!(keys[low + parent]! < keys[low + child]!)) return;
    swap(keys, order, low + parent, low + child);
    parent = child;
  }
}

function swap(keys: Float64Array, order: Int32Array, i: number, j: number): void {
  const key = keys[i]!;
  keys[i] = keys[j]!;
  keys[j] = key;
  const row = order[i]!;
  order[i] = order[j]!;
  order[j] = row;
}
