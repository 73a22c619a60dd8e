import { describe, expect, it, vi } from 'vitest';
import { encodeColumns } from '../../../lib/classifier/encode-columns.ts';
import type { Space } from '../../../lib/classifier/encoding-recipe.ts';
import { EncoderLearner } from '../../../lib/classifier/learn-encoder.ts';
import { openWithFewCopies, RowSearches } from '../../../lib/classifier/row-searches.ts';
import { CategoryScan } from '../../../lib/classifier/search/category-scan.ts';
import { buildScan, buildTree, openIndex } from '../../../lib/classifier/search/neighbour-index.ts';
import { isWorthFiltering } from '../../../lib/classifier/search/row-filter.ts';
import { SelectedRows } from '../../../lib/classifier/search/selected-rows.ts';
import { METRICS } from '../../../lib/classifier/search/types.ts';
import type { ColumnData } from '../../../lib/columns/kinds.ts';
import { ArtifactError } from '../../../lib/errors.ts';
import { xorshift } from '../../helpers/xorshift.ts';

const NEIGHBOURS = 7;

/** Columns of categories and, at every tenth place, of numbers with few values; both with gaps. */
function mixedColumns(rows: number, columns: number, categories: number, seed: number): ColumnData[] {
  const next = xorshift(seed);
  return Array.from({ length: columns }, (_, i): ColumnData => {
    const name = `column ${i}`;
    if (i % 10 === 9) {
      const values = Float64Array.from({ length: rows }, () =>
        next() < 0.1 ? Number.NaN : Math.floor(next() * 5) / 3,
      );
      return { name, type: 'numeric', values };
    }
    const codes = Int32Array.from({ length: rows }, () => Math.floor(next() * (categories + 1)) - 1);
    const texts = Array.from({ length: categories }, (_, code) => `c${String(code).padStart(2, '0')}`);
    return { name, type: 'categorical', codes, categories: texts };
  });
}

function encoded(columns: readonly ColumnData[], rows: number, space: Space) {
  const labels = Int32Array.from({ length: rows }, (_, row) => (row * 7) % 3);
  const encoder = new EncoderLearner(columns, labels, 3).learn({ numbers: 'standard', space });
  return { encoder, points: encodeColumns(encoder, columns) };
}

describe('searches for many queries', () => {
  // A few rows are compared one by one; in many, and not too wide ones, a filter leaves out most.
  const sizes = [
    { rows: 90, columns: 60, categories: 24 },
    { rows: 1200, columns: 30, categories: 9 },
  ];
  it.each(
    METRICS.flatMap((metric) =>
      (['plain', 'information'] as const).flatMap((space) =>
        sizes.map((size) => ({ metric, space, ...size })),
      ),
    ),
  )(
    'compares categories by codes where they have most coordinates, and answers the same: $metric, $space, $rows rows',
    ({ metric, space, rows, columns, categories }) => {
      const { encoder, points } = encoded(mixedColumns(rows, columns, categories, 11), rows, space);
      const { dimension } = encoder;
      expect(isWorthFiltering(buildScan(points, dimension, metric))).toBe(rows > 1024);
      const prepare = vi.spyOn(CategoryScan.prototype, 'prepare');
      const search = new RowSearches(encoder, points, NEIGHBOURS).open(metric);
      const plain = openIndex(buildScan(points, dimension, metric), { isFiltered: false });
      const asked = points.subarray(0, 90 * dimension);
      const exclude = Int32Array.from({ length: 90 }, (_, row) => (row % 2 === 0 ? row : -1));
      expect(search.nearestBatch(asked, NEIGHBOURS, exclude)).toEqual(
        plain.nearestBatch(asked, NEIGHBOURS, exclude),
      );
      expect(prepare).toHaveBeenCalledTimes(90);
      prepare.mockRestore();
      const unseen = points.slice(0, dimension).fill(0, 0, Math.floor(dimension / 2));
      expect(search.nearest(unseen, rows)).toEqual(plain.nearest(unseen, rows));
      expect(search.nearest(unseen, 3, 5)).toEqual(plain.nearest(unseen, 3, 5));
    },
  );

  it.each(METRICS)('leaves out copies of equal rows that no answer can have: %s', (metric) => {
    const rows = 3000;
    const columns = mixedColumns(rows, 3, 2, 5);
    const { encoder, points } = encoded(columns, rows, 'plain');
    const searches = new RowSearches(encoder, points, NEIGHBOURS);
    const search = searches.open(metric);
    const plain = openIndex(buildScan(points, encoder.dimension, metric));
    expect(search).toBeInstanceOf(SelectedRows);
    const exclude = Int32Array.from({ length: rows }, (_, row) => row);
    expect(search.nearestBatch(points, NEIGHBOURS, exclude)).toEqual(
      plain.nearestBatch(points, NEIGHBOURS, exclude),
    );
    // 27 kinds of rows, 8 copies of each.
    expect(search.searchableRows).toBeLessThanOrEqual(27 * (NEIGHBOURS + 1));
    expect(search.rows).toBe(rows);
    const query = points.slice(0, encoder.dimension);
    expect(search.nearest(query, NEIGHBOURS, 0)).toEqual(plain.nearest(query, NEIGHBOURS, 0));
  });

  it('searches other tables as ever', () => {
    const rows = 200;
    const numbers = mixedColumns(rows, 40, 3, 9);
    const { encoder, points } = encoded(numbers, rows, 'plain');
    const fallback = openIndex(buildScan(points, encoder.dimension, 'euclidean'));
    expect(new RowSearches(encoder, points, NEIGHBOURS).open('euclidean', () => fallback)).toBe(fallback);
  });
});

describe('openWithFewCopies', () => {
  const rows = 2500;
  const { encoder, points } = encoded(mixedColumns(rows, 3, 2, 3), rows, 'plain');
  const excludedRows = Uint8Array.from({ length: rows }, (_, row) => Number(row % 3 === 0));

  it.each(['scan', 'tree'] as const)('answers as a masked search over all rows: %s', (kind) => {
    const build = kind === 'scan' ? buildScan : buildTree;
    const index = build(points, encoder.dimension, 'euclidean');
    const search = openWithFewCopies(index, NEIGHBOURS, excludedRows);
    expect(search).toBeInstanceOf(SelectedRows);
    const { rows: answers, distances } = openIndex(index, { excludedRows }).nearestBatch(points, NEIGHBOURS);
    const own = search.nearestBatch(points, NEIGHBOURS);
    expect(own.rows).toEqual(answers);
    expect(own.distances).toEqual(distances);
  });

  it('refuses a damaged index', () => {
    const index = buildScan(points, encoder.dimension, 'euclidean');
    expect(() => openWithFewCopies({ ...index, rows: rows + 1 }, NEIGHBOURS, excludedRows)).toThrow(
      ArtifactError,
    );
  });
});
