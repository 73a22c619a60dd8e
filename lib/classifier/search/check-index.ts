import { ArtifactError } from '../../errors.ts';
import { firstOutOfRange, MOST_COORDINATES } from './check-points.ts';
import { innerNodeCount, type NeighbourIndexData, type TreeIndexData } from './index-data.ts';
import { METRICS } from './metric.ts';

/**
 * Checks that a stored index can be searched without going astray: kinds, counts, section lengths, that the order is
 * a permutation, that split features exist and that their bounds are finite and in range. That the points are is left to
 * `checkStoredPoints`. Reads each section once. Throws ArtifactError `artifact_index` with the first check that failed. That
 * the split bounds describe the points is not checked again: the artifact's digest vouches for the bytes.
 */
export function checkIndex(data: NeighbourIndexData): void {
  const { points, rows, dimension } = data;
  refuse(
    headFault(data) ??
      lengthFault('points', points, rows * dimension) ??
      (data.kind === 'tree' ? treeFault(data) : undefined),
  );
}

/** Checks that every coordinate is finite and in range. Throws ArtifactError `artifact_index`. */
export function checkStoredPoints({ points, dimension }: NeighbourIndexData): void {
  const at = firstOutOfRange(points, dimension);
  refuse(at < 0 ? undefined : `points[${at}]: expected a finite number in range, got ${points[at]}`);
}

function refuse(fault: string | undefined): void {
  if (fault === undefined) return;
  throw new ArtifactError(
    'artifact_index',
    `neighbour index: ${fault}; the artifact is damaged: train again`,
  );
}

function headFault(data: NeighbourIndexData): string | undefined {
  const { kind, metric, rows, dimension } = data;
  if (kind !== 'tree' && kind !== 'scan') return `kind: expected tree or scan, got ${JSON.stringify(kind)}`;
  if (!METRICS.includes(metric)) {
    return `metric: expected ${METRICS.join(' or ')}, got ${JSON.stringify(metric)}`;
  }
  return (
    countFault('rows', rows, MOST_COORDINATES) ??
    countFault('dimension', dimension, 65_535) ??
    countFault('rows × dimension', rows * dimension, MOST_COORDINATES)
  );
}

function countFault(name: string, value: number, most: number): string | undefined {
  if (Number.isInteger(value) && value >= 1 && value <= most) return undefined;
  return `${name}: expected an integer from 1 to ${most}, got ${value}`;
}

function lengthFault(name: string, section: ArrayLike<number>, expected: number): string | undefined {
  return section.length === expected
    ? undefined
    : `${name}: expected length ${expected}, got ${section.length}`;
}

function treeFault(tree: TreeIndexData): string | undefined {
  const innerNodes = innerNodeCount(tree.rows);
  return (
    lengthFault('order', tree.order, tree.rows) ??
    lengthFault('splitFeatures', tree.splitFeatures, innerNodes) ??
    lengthFault('splitBounds', tree.splitBounds, 2 * innerNodes) ??
    orderFault(tree.order) ??
    splitFault(tree)
  );
}

function orderFault(order: Int32Array): string | undefined {
  // A loop of as little as possible: a model's first prediction waits for it, in code that is not compiled yet.
  const rows = order.length;
  const seen = new Uint8Array(rows);
  for (let position = 0; position < rows; position++) seen[order[position]!] = 1;
  return seen.includes(0) ? orderFaultAt(order) : undefined;
}

function orderFaultAt(order: Int32Array): string | undefined {
  const seen = new Uint8Array(order.length);
  for (let position = 0; position < order.length; position++) {
    const row = order[position]!;
    if (row < 0 || row >= order.length) {
      return `order[${position}]: expected a row from 0 to ${order.length - 1}, got ${row}`;
    }
    if (seen[row] === 1) return `order[${position}]: row ${row} occurs twice; expected a permutation`;
    seen[row] = 1;
  }
  return undefined;
}

function splitFault({ splitFeatures, splitBounds, dimension }: TreeIndexData): string | undefined {
  const bad = firstOutOfRange(splitBounds, dimension);
  if (bad >= 0) return `splitBounds[${bad}]: expected a finite number in range, got ${splitBounds[bad]}`;
  for (let node = 0; node < splitFeatures.length; node++) {
    if (splitFeatures[node]! >= dimension) {
      return `splitFeatures[${node}]: expected a feature below ${dimension}, got ${splitFeatures[node]}`;
    }
    if (splitBounds[2 * node]! > splitBounds[2 * node + 1]!) {
      return `splitBounds of node ${node}: the left side reaches ${splitBounds[2 * node]}, beyond the right side's ${splitBounds[2 * node + 1]}`;
    }
  }
  return undefined;
}
