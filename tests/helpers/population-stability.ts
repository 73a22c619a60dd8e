import { type ColumnData, isNumbers } from '../../lib/columns/kinds.ts';

const BINS = 10;
/**
 * The share of an empty bin, because a share of 0 would make the index infinite. This is the usual remedy.
 */
const MIN_SHARE = 1e-4;

/**
 * The population stability index of batches against a baseline, as it is usually computed: deciles of the
 * baseline as bins, a separate bin for gaps, one bin for each category. The usual rule calls 0.1 a moderate
 * and 0.25 a large shift, whatever the sample sizes.
 */
export function populationStability(baseline: ColumnData): (batch: ColumnData) => number {
  const binOf = binning(baseline);
  const expected = sharesOf(baseline, binOf);
  return (batch) => {
    const actual = sharesOf(batch, binOf);
    let index = 0;
    for (const bin of new Set([...expected.keys(), ...actual.keys()])) {
      const [e, a] = [expected, actual].map((shares) => Math.max(MIN_SHARE, shares.get(bin) ?? 0));
      index += (a! - e!) * Math.log(a! / e!);
    }
    return index;
  };
}

type BinOf = (value: number) => number;

function binning(baseline: ColumnData): BinOf {
  if (!isNumbers(baseline)) return (code) => code;
  const sorted = baseline.values.filter((value) => !Number.isNaN(value)).sort();
  const edges = Array.from(
    { length: BINS - 1 },
    (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / BINS)]!,
  );
  return (value) => {
    if (Number.isNaN(value)) return -1;
    let reached = 0;
    while (reached < edges.length && value >= edges[reached]!) reached++;
    return reached;
  };
}

function sharesOf(column: ColumnData, binOf: BinOf): Map<number, number> {
  const values = isNumbers(column) ? column.values : column.codes;
  const counts = new Map<number, number>();
  for (const value of values) {
    const bin = binOf(value);
    counts.set(bin, (counts.get(bin) ?? 0) + 1);
  }
  for (const [bin, count] of counts) counts.set(bin, count / values.length);
  return counts;
}
