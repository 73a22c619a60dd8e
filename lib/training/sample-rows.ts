/** The minimum number of rows per class in a sample, if the class has that many. */
const MIN_PER_CLASS = 20;

/**
 * At most about `limit` of the given rows, evenly spaced. Each class keeps its share, but no fewer than
 * MIN_PER_CLASS. Rows are in canonical order, so the choice depends only on content. The result exceeds
 * `limit` by at most MIN_PER_CLASS per class.
 *
 * @returns ascending
 */
export function sampleRows(rows: Int32Array, labels: Int32Array, limit: number): Int32Array {
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
    const count = Math.min(members.length, Math.max(MIN_PER_CLASS, share));
    for (let i = 0; i < count; i++) chosen.push(members[Math.floor((i * members.length) / count)]!);
  }
  return Int32Array.from(chosen).sort();
}
