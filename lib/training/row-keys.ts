import { byCodeUnits } from '../code-units.ts';
import { type ColumnData, isNumbers } from '../columns/kinds.ts';

/** A table whose rows are compared by content. */
export interface KeyedTable {
  readonly columns: readonly ColumnData[];
  readonly labels: Int32Array;
  readonly classes: readonly string[];
}

/**
 * The key of a missing value. It is not the key of a number, since no NaN has this payload, and no text's
 * hash by chance.
 */
const MISSING: Words = [0x7ff8dead, 0xbeefbeef];

type Words = readonly [high: number, low: number];

/**
 * A key of 53 bits for each row that depends only on the row's content: values by column name, and the label.
 * Equal rows have equal keys in any upload, row order and column order. It distinguishes rows and spreads
 * them evenly; it is not a digest that withstands an attacker.
 *
 * MurmurHash3's 32-bit mixing (Austin Appleby, public domain) in two lanes with different start values.
 *
 * @param seed another seed spreads the rows differently
 * @returns safe integers
 */
export function rowKeys({ columns, labels, classes }: KeyedTable, seed: number): Float64Array {
  const rows = labels.length;
  const lanes = [new Uint32Array(rows).fill(seed), new Uint32Array(rows).fill(~seed)] as const;
  for (const column of columns.toSorted((a, b) => byCodeUnits(a.name, b.name))) {
    if (isNumbers(column)) mixNumbers(lanes, column.values);
    else mixTexts(lanes, column.codes, column.categories);
  }
  mixTexts(lanes, labels, classes);
  const keys = new Float64Array(rows);
  const [high, low] = lanes;
  for (let row = 0; row < rows; row++) {
    keys[row] = (finish(high[row]!) >>> 11) * 2 ** 32 + finish(low[row]!);
  }
  return keys;
}

type Lanes = readonly [Uint32Array, Uint32Array];

function mixNumbers(lanes: Lanes, values: Float64Array): void {
  const view = new DataView(new ArrayBuffer(8));
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (Number.isNaN(value)) {
      mixRow(lanes, row, MISSING);
      continue;
    }
    view.setFloat64(0, value);
    mixRow(lanes, row, [view.getUint32(0), view.getUint32(4)]);
  }
}

function mixTexts(lanes: Lanes, codes: Int32Array, texts: readonly string[]): void {
  const words = texts.map(hashText);
  for (let row = 0; row < codes.length; row++) mixRow(lanes, row, words[codes[row]!] ?? MISSING);
}

function mixRow([first, second]: Lanes, row: number, [high, low]: Words): void {
  first[row] = mix(mix(first[row]!, high), low);
  second[row] = mix(mix(second[row]!, low), high);
}

function hashText(text: string): Words {
  let [high, low] = [text.length, ~text.length];
  for (let i = 0; i < text.length; i++) {
    high = mix(high, text.charCodeAt(i));
    low = mix(low, text.charCodeAt(i));
  }
  return [finish(high), finish(low)];
}

function mix(hash: number, word: number): number {
  let mixed = Math.imul(word, 0xcc9e2d51);
  mixed = Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
  const turned = hash ^ mixed;
  return (Math.imul((turned << 13) | (turned >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
