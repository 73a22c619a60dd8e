import { describe, expect, it } from 'vitest';
import type { CategoricalCode } from '../../../../lib/columns/categorical/code.ts';
import { categoricalRequest } from '../../../../lib/columns/categorical/request.ts';

const codeOf = (...categories: string[]): CategoricalCode => ({
  name: 'c',
  type: 'categorical',
  nullable: false,
  weight: 1,
  categories,
  frequencies: null,
});
const accept = (value: unknown, ...categories: string[]) =>
  categoricalRequest.accept(value, codeOf(...categories), new Float64Array(0));

describe('categoricalRequest', () => {
  it.each([
    [['false', 'true'], 'false', 'true'],
    [['False', 'True'], 'False', 'True'],
    [['FALSE', 'TRUE', 'unknown'], 'FALSE', 'TRUE'],
    [['True'], 'False', 'True'],
    [['False', 'true'], 'False', 'true'],
    [['no', 'yes'], undefined, undefined],
    [['0', '1'], undefined, undefined],
    [[], undefined, undefined],
  ])('takes booleans as %j spells them', (categories, no, yes) => {
    expect(accept(false, ...categories)).toBe(no);
    expect(accept(true, ...categories)).toBe(yes);
  });

  it('takes any text, and nothing else', () => {
    expect(accept('other', 'a')).toBe('other');
    for (const value of [1, [], {}, true]) expect(accept(value, 'a')).toBeUndefined();
  });

  it('knows which texts training saw', () => {
    const code = codeOf('a', 'b');
    expect(categoricalRequest.isUnseen!('b', code)).toBe(false);
    expect(categoricalRequest.isUnseen!('c', code)).toBe(true);
  });

  it('lists at most 20 categories, and fewer when they are long', () => {
    const wanted = (...categories: string[]) => categoricalRequest.wantedOf!(codeOf(...categories));
    expect(wanted('a', 'b')).toBe('a text ("a", "b")');
    expect(wanted()).toBe('a text');
    const many = Array.from({ length: 1000 }, (_, i) => String(i));
    expect(wanted(...many)).toMatch(/"19" or 980 others\)$/);
    const long = Array.from({ length: 20 }, (_, i) => 'x'.repeat(128) + i);
    expect(wanted(...long)).toMatch(/^a text \("x{80}…", .* or 16 others\)$/);
    expect(wanted('a"\u202e')).toBe('a text ("a\\"\\u{202e}")');
  });
});
