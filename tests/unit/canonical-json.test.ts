import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../lib/canonical-json.ts';

describe('canonicalJson', () => {
  it('does not depend on the order in which keys were set', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 'x' }], a: true })).toBe(
      '{"a":true,"b":[1,{"c":"x","d":null}]}',
    );
  });

  it('orders keys by code units, and keeps keys that look like prototype members', () => {
    const value = JSON.parse('{"__proto__":1,"é":2,"Z":3,"a":4}');
    expect(canonicalJson(value)).toBe('{"Z":3,"__proto__":1,"a":4,"é":2}');
  });

  it('reads back as the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it.each([[Number.NaN], [Number.POSITIVE_INFINITY], [1n], [() => 1], [Symbol('s')]])(
    'refuses %s, naming the path',
    (value) => {
      expect(() => canonicalJson({ a: [0, value] })).toThrow(/^\$\.a\[1\]: JSON has no /);
    },
  );

  it('leaves out members that are undefined, and refuses undefined elsewhere', () => {
    expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
    expect(() => canonicalJson([undefined])).toThrow('$[0]: JSON has no undefined');
  });
});
