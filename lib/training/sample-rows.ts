/** Rows of every class that a sample keeps at least, where there are so many. */
const LEAST_PER_CLASS = 20;

/**
 * At most about `limit` of the given rows: of every class its share, but no fewer than LEAST_PER_CLASS, at even strides. Rows lie in
 * canonical order, so that the choice depends on content only. Never more than `limit` by more than LEAST_PER_CLASS a class.
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
    const count = Math.min(members.length, Math.max(LEAST_PER_CLASS, share));
    for (let i = 0; i < count; i++) chosen.push(members[Math.floor((i * members.length) / count)]!);
  }
  return Int32Array.from(chosen).sort();
}
