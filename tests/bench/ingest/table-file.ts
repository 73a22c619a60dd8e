import { closeSync, openSync, writeSync } from 'node:fs';
import { xorshift } from '../../helpers/xorshift.ts';

/** The facts that every contender must find in the file. */
export interface TableFacts {
  readonly rows: number;
  readonly sizeBytes: number;
  /** The sum of column n0 in hundredths: exact in integers. */
  readonly firstColumnSum: number;
}

const FLUSH_CHARACTERS = 1 << 20;
const CITIES = ['Berlin', 'Paris', 'London', 'Rome', 'Madrid', 'Lisbon', 'Vienna'];
const COLOURS = ['red', 'green', 'blue', 'black'];
const KINDS = ['alpha', 'beta', 'gamma'];

/**
 * Writes a seeded table of about `sizeBytes` with 10 numeric and 3 categorical columns, including the label.
 */
export function writeTable(path: string, sizeBytes: number): TableFacts {
  const file = openSync(path, 'w');
  const random = xorshift(12_345);
  let text = 'n0,n1,n2,n3,n4,n5,n6,n7,n8,n9,city,colour,kind\n';
  let [written, rows, firstColumnSum] = [0, 0, 0];
  while (written + text.length < sizeBytes) {
    const hundredths = Math.floor(random() * 10_000);
    const rest = Array.from({ length: 9 }, (_, i) =>
      (random() * (i < 4 ? 100 : 10_000) - (i % 2) * 50).toFixed([2, 4, 6][i % 3]),
    );
    const texts = [CITIES, COLOURS, KINDS].map((list) => list[Math.floor(random() * list.length)]);
    text += `${(hundredths / 100).toFixed(2)},${rest.join(',')},${texts.join(',')}\n`;
    firstColumnSum += hundredths;
    rows++;
    if (text.length < FLUSH_CHARACTERS) continue;
    written += writeSync(file, text);
    text = '';
  }
  written += writeSync(file, text);
  closeSync(file);
  return { rows, sizeBytes: written, firstColumnSum };
}
