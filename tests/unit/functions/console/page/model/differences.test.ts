import { describe, expect, it } from 'vitest';
import { differences } from '../../../../../../functions/console/page/model/differences.ts';

describe('differences of two versions', () => {
  it('names facts by their path, and marks what one of them lacks', () => {
    expect(differences({ a: { b: 1, c: [1] }, d: 'x' }, { a: { b: 2, c: [1] }, e: null })).toEqual([
      { name: 'a.b', a: 1, b: 2, isSame: false },
      { name: 'a.c', a: [1], b: [1], isSame: true },
      { name: 'd', a: 'x', b: undefined, isSame: false },
      { name: 'e', a: undefined, b: null, isSame: false },
    ]);
  });

  it('takes names of Object for plain names', () => {
    expect(differences({ toString: 1 }, {})).toEqual([
      { name: 'toString', a: 1, b: undefined, isSame: false },
    ]);
  });
});
