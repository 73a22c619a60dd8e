import { describe, expect, it } from 'vitest';
import {
  answersAsCsv,
  instancesOf,
  readTable,
} from '../../../../../../functions/console/page/predict/batch-rows.ts';

const feature = (name: string, type: 'numeric' | 'categorical') => ({
  name,
  type,
  nullable: true,
  category_count: null,
  categories: null,
});

describe('many rows', () => {
  it('reads rows by name, whatever the delimiter and the order of columns', () => {
    const table = readTable('\uFEFFb;a;extra\r\n"x;y";1.5;9\r\n;;9\r\n');
    expect(instancesOf(table, [feature('a', 'numeric'), feature('b', 'categorical')])).toEqual([
      { a: 1.5, b: 'x;y' },
      { a: null, b: null },
    ]);
  });

  it('says what is missing', () => {
    expect(() => readTable('a,b')).toThrow('Expected a first row of names, and a row of values below it.');
    expect(() => instancesOf(readTable('a,b\n1,2'), [feature('c', 'numeric')])).toThrow('no column c');
  });

  it('writes answers that a spreadsheet does not take for formulas', () => {
    const table = readTable('a,b\n-1,"=1+1"\n');
    expect(answersAsCsv(table, [{ prediction: '@x', confidence: 0.5 }])).toBe(
      "a,b,prediction,confidence\r\n-1,'=1+1,'@x,0.5\r\n",
    );
  });
});
