import { readFileSync } from 'node:fs';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** One data set with its queries, all row-major float64. */
export interface BenchCase {
  readonly name: string;
  readonly rows: number;
  readonly dimension: number;
  readonly points: Float64Array;
  readonly queries: Float64Array;
  /** Class of each row, 0 to 2. */
  readonly labels: Int32Array;
}

export type Spread = 'uniform' | 'clustered';

const SEED = 4;
const CLUSTERS = 50;

/**
 * Draws rows uniformly from the unit cube, or around 50 centres with a deviation of about 0.02 per feature.
 */
export function drawCase(spread: Spread, rows: number, dimension: number, queries: number): BenchCase {
  const generator = xoroshiro128plus(SEED);
  const random = () => (generator.next() >>> 0) / 2 ** 32;
  const centres = Float64Array.from({ length: CLUSTERS * dimension }, random);
  const draw = (count: number) => {
    const points = new Float64Array(count * dimension);
    for (let at = 0, centre = 0; at < points.length; at++) {
      if (at % dimension === 0) centre = Math.floor(random() * CLUSTERS) * dimension;
      const noise = (random() + random() + random() - 1.5) * 0.04;
      points[at] = spread === 'uniform' ? random() : centres[centre + (at % dimension)]! + noise;
    }
    return points;
  };
  const points = draw(rows);
  const labels = Int32Array.from({ length: rows }, () => Math.floor(random() * 3));
  return {
    name: `${spread} ${rows} x ${dimension}`,
    rows,
    dimension,
    points,
    labels,
    queries: draw(queries),
  };
}

/** The project's iris data. Its 150 rows are the data and, slightly shifted, the queries. */
export function irisCase(): BenchCase {
  const file = readFileSync(new URL('../../../data/raw/iris.csv', import.meta.url), 'utf8');
  const records = file.trim().split(/\r?\n/).slice(1);
  const cells = records.map((record) => record.split(','));
  const points = Float64Array.from(cells.flatMap((record) => record.slice(0, 4).map(Number)));
  const species = [...new Set(cells.map((record) => record[4]!))];
  const labels = Int32Array.from(cells, (record) => species.indexOf(record[4]!));
  const queries = points.map((value, at) => value + ((at * 7) % 11) * 0.01 - 0.05);
  return { name: 'iris 150 x 4', rows: cells.length, dimension: 4, points, queries, labels };
}
