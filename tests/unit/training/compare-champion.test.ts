import { describe, expect, it } from 'vitest';
import { scoreChampion } from '../../../lib/training/compare-champion.ts';
import { fittedModel, numbersData } from '../../helpers/fitted-model.ts';

const values = Float64Array.from({ length: 40 }, (_, i) => i);
/** Neighbours are always of the other class: only a row that finds itself is answered right. */
const alternating = Int32Array.from(values, (value) => value % 2);
const halves = Int32Array.from(values, (value) => (value < 20 ? 0 : 1));
const champion = (labels: Int32Array) => ({ version: 1, model: fittedModel(values, labels, 1) });

describe('scoreChampion', () => {
  it('scores the champion on rows that it contains, without using them as neighbours', () => {
    const data = numbersData(values, alternating);
    expect(scoreChampion(champion(alternating), data, pick(data, [10, 11, 20, 31]), 42)).toBe(0);
    const easy = numbersData(values, halves);
    expect(scoreChampion(champion(halves), easy, pick(easy, [3, 11, 25, 36]), 42)).toBe(1);
  });

  it('matches classes by name, and counts an unknown class as missed', () => {
    const data = numbersData(Float64Array.of(3, 30, 12), Int32Array.of(1, 2, 0), ['_new', 'a', 'b']);
    // a: 1 hit and 1 false alarm (2/3), b: 1 hit (1), _new: missed (0).
    expect(scoreChampion(champion(halves), data, data, 42)).toBeCloseTo((2 / 3 + 1 + 0) / 3, 12);
  });

  it('gives no score when its features differ, or when it would have no rows left', () => {
    const data = numbersData(values, halves);
    const renamed = data.columns.map((column) => ({ ...column, name: 'y' }));
    expect(scoreChampion(champion(halves), data, { ...data, columns: renamed }, 42)).toBeNull();
    expect(scoreChampion(champion(halves), data, data, 42)).toBeNull();
  });
});

function pick(data: ReturnType<typeof numbersData>, rows: number[]) {
  const columns = data.columns.map((column) =>
    column.type === 'numeric'
      ? { ...column, values: Float64Array.from(rows, (row) => column.values[row]!) }
      : column,
  );
  return { columns, labels: Int32Array.from(rows, (row) => data.labels[row]!) };
}
