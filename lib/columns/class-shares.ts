/**
 * Rows of the overall shares that are mixed into each group's, so that a rare category does not reveal its
 * own label.
 */
const PRIOR_ROWS = 10;

/** Rows by what they have in one column: a category, or a gap. */
export interface GroupedRows {
  /** The number of each row's group; negative for rows that are in none. */
  groupOf(row: number): number;
  readonly groups: number;
  /** Class indices. */
  readonly labels: Int32Array;
  readonly classCount: number;
}

/** For each group, numbers of some classes. */
export interface ShareTable {
  /** The number of classes. */
  readonly width: number;
  /** One row for each group. */
  readonly rows: Float64Array;
}

/**
 * The smoothed share of each class among the rows of each group (Stanfill and Waltz's value difference,
 * 1986).
 *
 * @param limit of classes: the most frequent ones are taken
 * @param entry what the table holds for a share, and the share of the class among all rows
 */
export function shareTable(
  { groupOf, groups, labels, classCount }: GroupedRows,
  limit: number,
  entry: (share: number, overall: number) => number = (share) => share,
): ShareTable {
  const overall = new Float64Array(classCount);
  for (const label of labels) overall[label]! += 1 / labels.length;
  const classes = [...overall.keys()].sort((a, b) => overall[b]! - overall[a]! || a - b).slice(0, limit);
  const position = new Int32Array(classCount).fill(-1);
  classes.forEach((label, at) => {
    position[label] = at;
  });
  const width = classes.length;
  const counts = new Float64Array(groups * width);
  const totals = new Float64Array(groups);
  labels.forEach((label, row) => {
    const group = groupOf(row);
    if (group < 0) return;
    const at = position[label]!;
    totals[group]!++;
    if (at >= 0) counts[group * width + at]!++;
  });
  const rows = counts.map((seen, at) => {
    const usual = overall[classes[at % width]!]!;
    const share = (seen + PRIOR_ROWS * usual) / (totals[Math.floor(at / width)]! + PRIOR_ROWS);
    return entry(share, usual);
  });
  return { width, rows };
}

/**
 * How much a share differs from the overall share, in units of its spread by chance. The squared distance of
 * two groups is then the chi-square distance of their smoothed shares (Benzecri, 1973): a rare class counts
 * as much as a frequent one, and groups of which little is known lie near the centre.
 *
 * @param isPair whether there are two classes: both differ by the same amount, so one holds the distance of
 *   both
 */
export function surplus(share: number, overall: number, isPair: boolean): number {
  const variance = isPair ? overall * (1 - overall) : overall;
  return variance > 0 ? (share - overall) / Math.sqrt(variance) : 0;
}

/**
 * Turns the rows of a table so that their first `width` numbers hold all distances between them, and leaves
 * out the others. It takes the direction of the row with the most that is not yet held, `width` times
 * (Gram-Schmidt with pivoting).
 *
 * @param width at least the number of independent rows; a table of no more numbers is left as it is
 */
export function turned(table: ShareTable, width: number): ShareTable {
  if (table.width <= width) return table;
  const groups = table.rows.length / table.width;
  const rest = Float64Array.from(table.rows);
  const rows = new Float64Array(groups * width);
  for (let at = 0; at < width; at++) {
    const direction = largestDirection(rest, table.width);
    if (!direction) break;
    for (let group = 0; group < groups; group++) {
      const row = rest.subarray(group * table.width, (group + 1) * table.width);
      const length = direction.reduce((sum, value, i) => sum + value * row[i]!, 0);
      rows[group * width + at] = length;
      direction.forEach((value, i) => {
        row[i]! -= length * value;
      });
    }
  }
  return { width, rows };
}

/** The unit vector of the longest row, the first of equally long ones; undefined where all are 0. */
function largestDirection(rows: Float64Array, width: number): Float64Array | undefined {
  let [longest, best] = [0, 0];
  for (let from = 0; from < rows.length; from += width) {
    let squares = 0;
    for (let i = from; i < from + width; i++) squares += rows[i]! ** 2;
    if (squares > longest) [longest, best] = [squares, from];
  }
  const length = Math.sqrt(longest);
  return length > 0 ? rows.slice(best, best + width).map((value) => value / length) : undefined;
}
