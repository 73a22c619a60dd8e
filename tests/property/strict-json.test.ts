import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HttpError } from '../../lib/http/problem.ts';
import { parseStrictJson } from '../../lib/http/strict-json.ts';
import { MAX_JSON_DEPTH } from '../../lib/json/strict-json.ts';
import { type JsonFault, jsonFaults } from '../helpers/json-reference.ts';

/** Few names, so that they repeat. Each character is plain or escaped. */
const name = fc
  .tuple(
    fc.constantFrom(
      'a',
      'b',
      'ab',
      '',
      '__proto__',
      'constructor',
      'prototype',
      '"',
      '\\',
      '\u00e9',
      '\ud83d\ude00',
      '\ud83d',
    ),
    fc.infiniteStream(fc.boolean()),
  )
  .map(
    ([text, coins]) =>
      `"${Array.from({ length: text.length }, (_, i) => written(text[i]!, coins)).join('')}"`,
  );

function written(unit: string, coins: Iterator<boolean>): string {
  const code = unit.charCodeAt(0);
  const mustBeEscaped = unit === '"' || unit === '\\' || (code >= 0xd800 && code <= 0xdfff);
  if (!mustBeEscaped && coins.next().value) return unit;
  return `\\u${code.toString(16).padStart(4, '0')}`;
}

const number = fc.constantFrom(
  ...[
    '0',
    '-0',
    '1',
    '-1.5',
    '1e2',
    '1E-3',
    '1e999',
    '-1e999',
    '1e-999',
    '0e999',
    '0.0e-999',
    '9007199254740992',
  ],
  ...[
    '9007199254740993',
    '-9007199254740993',
    '9007199254740993.0',
    `1${'0'.repeat(22)}`,
    `1${'0'.repeat(400)}`,
    '0.1e1',
  ],
);
const literal = fc.constantFrom('true', 'false', 'null', '"e"', '"1e999"', '"{[,:"', '"\\\\"', '"\\""', '""');
const gap = fc.constantFrom('', '', '', ' ', '\n', '\t\r ');

const { json } = fc.letrec<{ json: string; array: string; object: string }>((tie) => ({
  json: fc.oneof({ maxDepth: 6 }, number, literal, name, tie('array'), tie('object')),
  array: fc
    .tuple(fc.array(tie('json'), { maxLength: 4 }), gap)
    .map(([items, space]) => `[${space}${items.join(`${space},${space}`)}${space}]`),
  object: fc.tuple(fc.array(fc.tuple(name, tie('json')), { maxLength: 14 }), gap).map(([members, space]) => {
    const pairs = members.map(([key, value]) => `${space}${key}${space}:${space}${value}${space}`);
    return `{${pairs.join(',')}}`;
  }),
}));

/** Some texts are nested so deeply that their depth matters. */
const document = fc
  .tuple(json, fc.constantFrom(0, 0, 0, 0, MAX_JSON_DEPTH - 3, MAX_JSON_DEPTH - 1, MAX_JSON_DEPTH, 100))
  .map(([text, levels]) => '[{"a":'.repeat(levels / 2) + text + '}]'.repeat(levels / 2));

function verdict(text: string): { value: unknown } | { fault: JsonFault } {
  try {
    return { value: parseStrictJson(text) };
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return { fault: [error.code, error.faults[0]?.path ?? ''] };
  }
}

describe('parseStrictJson', () => {
  it('refuses exactly the faults that a simple parser finds, at the same path, and otherwise gives the result of JSON.parse', () => {
    fc.assert(
      fc.property(document, (text) => {
        const [first] = jsonFaults(text, MAX_JSON_DEPTH);
        // The product shows only a bounded part of a path.
        const expected = first
          ? {
              fault: [
                first[0],
                first[1].length > 200 ? expect.stringMatching(/^.{200}\.\.\.$/su) : first[1].toWellFormed(),
              ],
            }
          : { value: JSON.parse(text) };
        expect(verdict(text)).toEqual(expected);
      }),
      { numRuns: 5000 },
    );
  });

  it('generates every kind of fault, and texts without one', () => {
    const codes = fc
      .sample(document, { numRuns: 3000, seed: 1 })
      .map((text) => jsonFaults(text, MAX_JSON_DEPTH)[0]?.[0] ?? 'none');
    const found = [...new Set(codes)].sort();
    expect(found).toEqual([
      'json_depth',
      'json_duplicate',
      'json_name',
      'json_number',
      'json_surrogate',
      'none',
    ]);
  });

  it('answers any text with a value or a 400', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.string({ unit: fc.constantFrom(...'{}[]",:\\u0e1 -'), maxLength: 40 }),
        ),
        (text) => {
          const seen = verdict(text);
          if ('value' in seen) expect(seen.value).toEqual(JSON.parse(text));
          else expect(seen.fault[0]).toMatch(/^json(_|$)/);
        },
      ),
      { numRuns: 3000 },
    );
  });
});
