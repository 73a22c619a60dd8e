import { rowCount } from '../columns/column-rows.ts';
import { type ColumnData, ENCODINGS, LEARNINGS } from '../columns/kinds.ts';
import { mapPoints } from './coordinate-map.ts';
import type { Encoder } from './encoder.ts';
import { totalWidth } from './feature-codes.ts';

/**
 * Encodes all rows of a table as `encodeRow` does each. The columns are in feature order; the result is
 * row-major, `rows x dimension`.
 */
export function encodeColumns(encoder: Encoder, columns: readonly ColumnData[]): Float64Array {
  const { map } = encoder.data;
  const points = encodeFeatures(encoder, columns);
  return map === null ? points : mapPoints(map, points);
}

/** The features' own coordinates, before the encoder's map: row-major, `rows x totalWidth(features)`. */
export function encodeFeatures({ data }: Encoder, columns: readonly ColumnData[]): Float64Array {
  const { features, table } = data;
  const stride = totalWidth(features);
  const points = new Float64Array(rowCount(columns) * stride);
  let offset = 0;
  features.forEach((code, i) => {
    LEARNINGS[code.type].encodeColumn(code, columns[i]!, table, { points, offset, stride });
    offset += ENCODINGS[code.type].width(code);
  });
  return points;
}
