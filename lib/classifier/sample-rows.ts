/** The usual minimum number of rows per class in a sample, if the class has that many. */
export const MIN_PER_CLASS = 20;

/**
 * At most about `limit` of the given rows, evenly spaced. Each class keeps its share, but no fewer than
 * `minPerClass`. Rows are in canonical order, so the choice depends only on content. The result exceeds
 * `limit` by at most `minPerClass` per class.
 *
 * @returns ascending
 */
export function sampleRows(
  rows: Int32Array,
  labels: Int32Array,
  limit: number,
  minPerClass = MIN_PER_CLASS,
): Int32Array {
  if (rows.length <= limit) return rows;
  const byClass = new Map<number, number[]>();
  for (const row of rows) {
    const label = labels[row]!;
    const members = byClass.get(label);
    if (members) members.push(row);
    else byClass.set(label, [row]);
  }
  const chosen: number[] = [];
  for (const members of byClass.values()) {
    const share = Math.round((members.length * limit) / rows.length);
    const count = Math.min(members.length, Math.max(minPerClass, share));
    for (let i = 0; i < count; i++) chosen.push(members[Math.floor((i * members.length) / count)]!);
  }
  return Int32Array.from(chosen).sort();
}
