import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { CELLS } from '../../../lib/columns/file-kinds.ts';
import {
  baselineColumn,
  type ColumnData,
  DRIFTS,
  ENCODINGS,
  type FeatureCode,
  featureCode,
  isNumbers,
  KIND_NAMES,
  type KindName,
  LEARNINGS,
  REQUESTS,
} from '../../../lib/columns/kinds.ts';
import {
  GAP_SCALES,
  MAX_INDICATORS,
  NUMBER_SCALES,
  type Scales,
  TIME_SCALES,
} from '../../../lib/columns/learning.ts';
import type { RawValue } from '../../../lib/columns/storage.ts';

/** A column of each kind with a gap, and its rows in the form of a request and of a file. */
const SAMPLES: Readonly<
  Record<KindName, { column: ColumnData; json: readonly unknown[]; cells: readonly string[] }>
> = {
  numeric: {
    column: { name: 'mass', type: 'numeric', values: Float64Array.of(3, -1.5, Number.NaN, 1e3, 3) },
    json: [3, -1.5, null, 1e3, 3],
    cells: ['3', '-1.5', 'NA', '1e3', '+3.0'],
  },
  datetime: {
    column: {
      name: 'when',
      type: 'datetime',
      dateFormat: 'dd/mm/yyyy',
      values: Float64Array.of(
        Date.UTC(2024, 1, 1),
        Date.UTC(2022, 6, 9, 10, 30),
        Number.NaN,
        -1,
        Date.UTC(2024, 1, 1),
      ),
    },
    json: ['2024-02-01', '09/07/2022 10:30', null, '1969-12-31T23:59:59.999Z', '01/02/2024'],
    cells: ['01/02/2024', '2022-07-09T10:30', 'NA', '1969-12-31T22:59:59.999-01:00', '1/2/2024'],
  },
  categorical: {
    column: {
      name: 'island',
      type: 'categorical',
      codes: Int32Array.of(1, 0, -1, 2, 1),
      categories: ['Biscoe', 'Dream', 'Torgersen'],
    },
    json: ['Dream', 'Biscoe', null, 'Torgersen', 'Dream'],
    cells: ['Dream', 'Biscoe', 'NA', 'Torgersen', 'Dream'],
  },
};

const rawValues = (column: ColumnData): RawValue[] =>
  isNumbers(column)
    ? Array.from(column.values, (value) => (Number.isNaN(value) ? null : value))
    : Array.from(column.codes, (code) => (code < 0 ? null : column.categories[code]!));

const SCALES: readonly Scales[] = NUMBER_SCALES.flatMap((numbers) =>
  TIME_SCALES.flatMap((times) => GAP_SCALES.map((gaps) => ({ numbers, times, gaps }))),
);

function learnt(column: ColumnData, scales: Scales) {
  const sorted = isNumbers(column) ? column.values.filter((value) => !Number.isNaN(value)).sort() : [];
  const table: number[] = [];
  const code = LEARNINGS[column.type].learn({
    column,
    sorted: Float64Array.from(sorted),
    nullable: true,
    // No two categories have the same classes.
    labels: Int32Array.of(0, 1, 0, 2, 0),
    classCount: 3,
    maxIndicators: MAX_INDICATORS,
  })(scales, (...arrays) => {
    const at = table.length;
    for (const array of arrays) table.push(...array);
    return at;
  });
  return { code, table: Float64Array.from(table) };
}

function encoded(code: FeatureCode, table: Float64Array, values: readonly RawValue[]): Float64Array {
  const width = ENCODINGS[code.type].width(code);
  const points = new Float64Array(values.length * width);
  values.forEach((value, row) => {
    ENCODINGS[code.type].encodeValue(code, value, table, points, row * width);
  });
  return points;
}

describe.each(KIND_NAMES)('a column that is %s', (kind) => {
  const { column, json, cells } = SAMPLES[kind];
  const values = rawValues(column);

  describe.each(SCALES)('with numbers by $numbers, times by $times and gaps by $gaps', (scale) => {
    const { code, table } = learnt(column, scale);
    const encoding = ENCODINGS[kind];
    const points = encoded(code, table, values);

    it('has a code that an artifact accepts, with a valid table', () => {
      expect(z.parse(featureCode, JSON.parse(JSON.stringify(code)))).toEqual(code);
      expect(code).toMatchObject({ name: column.name, type: kind, nullable: true, weight: 1 });
      expect(encoding.fitsTable(code, table)).toBe(true);
    });

    it('has the same finite coordinates when encoded as a whole and value by value', () => {
      const width = encoding.width(code);
      const whole = new Float64Array(values.length * (width + 2));
      LEARNINGS[kind].encodeColumn(code, column, table, { points: whole, offset: 1, stride: width + 2 });
      for (let row = 0; row < values.length; row++) {
        const [first, end] = [row * (width + 2), (row + 1) * (width + 2)];
        expect([...whole.subarray(first, end)]).toEqual([
          0,
          ...points.subarray(row * width, (row + 1) * width),
          0,
        ]);
      }
      expect(points.every(Number.isFinite)).toBe(true);
    });

    it('gives equal values equal coordinates, and different values different ones', () => {
      const present = values.filter((value) => value !== null);
      const places = present.map((value) => String(encoded(code, table, [value])));
      expect(places.map((place) => places.indexOf(place))).toEqual(
        present.map((value) => present.indexOf(value)),
      );
      expect(new Set(places).size).toBeGreaterThan(1);
    });

    it('reads requests and cells as the values they mean, and shows values in the form of requests', () => {
      const form = REQUESTS[kind];
      const read = CELLS[kind].reader(code, table, new Set(['', 'NA']), '.');
      values.forEach((value, row) => {
        const bytes = Buffer.from(`,${cells[row]},`);
        expect(read(cells[row]!, bytes, 1, bytes.length - 1)).toBe(value);
        if (value === null) return;
        expect(form.accept(json[row], code, table)).toBe(value);
        expect(form.accept(encoding.show(value), code, table)).toBe(value);
      });
      for (const other of [true, {}, [1]]) expect(form.accept(other, code, table)).toBeUndefined();
    });
  });

  it('has a summary that counts every row and that a drift baseline accepts', () => {
    const summary = DRIFTS[kind].summarise(column, 20);
    expect(z.parse(baselineColumn, JSON.parse(JSON.stringify(summary)))).toEqual(summary);
    expect(summary).toMatchObject({ name: column.name, type: kind, missing: 1 });
    expect(summary.counts.reduce((sum, count) => sum + count, 0)).toBe(4);
  });
});
