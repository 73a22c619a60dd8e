/** How many scores tell so many classes apart: of two, one's score is the other's with its sign turned. */
export const scoreCount = (classCount: number) => (classCount <= 2 ? 1 : classCount);

/** Numbers that regression on classes has as its aim. */
export interface ClassTargets {
  /** Row-major, rows x outputs: 1 for a row's own class, -1 for the others. */
  readonly targets: Float64Array;
  /** See scoreCount. */
  readonly outputs: number;
  /** One over the root of the size of a row's class, so that rare classes are heard; 1 on average. */
  readonly rowWeights: Float64Array;
}

/**
 * The targets of some rows.
 *
 * @param labels the class index of each of these rows
 */
export function classTargets(labels: Int32Array, classCount: number): ClassTargets {
  const outputs = scoreCount(classCount);
  const targets = new Float64Array(labels.length * outputs).fill(-1);
  const sizes = new Float64Array(classCount);
  labels.forEach((label, row) => {
    sizes[label]!++;
    if (label < outputs) targets[row * outputs + label] = 1;
  });
  const weights = Float64Array.from(labels, (label) => 1 / Math.sqrt(sizes[label]!));
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
  return { targets, outputs, rowWeights: weights.map((weight) => weight / mean) };
}
