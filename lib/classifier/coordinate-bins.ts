/** A coordinate has at most this many bins. */
export const MAX_BINS = 32;

/** Coordinates of rows, each by the number of its bin: what a tree may ask is which bins go left. */
export interface CoordinateBins {
  readonly rows: number;
  /** By coordinate, ascending: a value is in the first bin whose bound it does not exceed, or in the last. */
  readonly bounds: readonly Float32Array[];
  /** Coordinate by coordinate: those of all rows, then of the next coordinate. */
  readonly codes: Uint8Array;
}

/**
 * Divides coordinates into bins: one for each value where there are few, else about equally many rows in
 * each.
 *
 * @param points row-major
 */
export function binCoordinates(points: Float64Array, dimension: number): CoordinateBins {
  const rows = points.length / dimension;
  const codes = new Uint8Array(points.length);
  const values = new Float64Array(rows);
  const bounds = Array.from({ length: dimension }, (_, coordinate) => {
    for (let row = 0; row < rows; row++) values[row] = points[row * dimension + coordinate]!;
    const found = binBounds(Float64Array.from(values).sort());
    for (let row = 0; row < rows; row++) codes[coordinate * rows + row] = binOf(values[row]!, found);
    return found;
  });
  return { rows, bounds, codes };
}

/** Bounds halfway between the last value of a bin and the first of the next, in single precision. */
function binBounds(sorted: Float64Array): Float32Array {
  const firsts: number[] = [];
  for (let i = 1; i < sorted.length; i++) if (sorted[i] !== sorted[i - 1]) firsts.push(i);
  const places = firsts.length < MAX_BINS ? firsts : evenPlaces(sorted);
  const bounds = Float32Array.from(places, (i) => (sorted[i - 1]! + sorted[i]!) / 2);
  return bounds.filter((bound, i) => i === 0 || bound > bounds[i - 1]!);
}

/** Where runs of equal values begin that the borders of equal parts fall into. */
function evenPlaces(sorted: Float64Array): number[] {
  const places = new Set<number>();
  for (let bin = 1; bin < MAX_BINS; bin++) {
    let at = Math.floor((bin * sorted.length) / MAX_BINS);
    while (at > 0 && sorted[at - 1] === sorted[at]) at--;
    if (at > 0) places.add(at);
  }
  return [...places];
}

function binOf(value: number, bounds: Float32Array): number {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value > bounds[middle]!) low = middle + 1;
    else high = middle;
  }
  return low;
}
