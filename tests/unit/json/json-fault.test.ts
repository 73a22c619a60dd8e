import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HttpError } from '../../../lib/http/problem.ts';
import { readJsonBody } from '../../../lib/http/request.ts';
import { findJsonFault, placeOf } from '../../../lib/json/json-fault.ts';
import { httpEvent } from '../../helpers/http-event.ts';

function detailOf(body: string | Buffer): string {
  const isBase64Encoded = typeof body !== 'string';
  const text = isBase64Encoded ? body.toString('base64') : body;
  try {
    readJsonBody(httpEvent('POST /predict', { body: text, isBase64Encoded }), 1_000_000);
  } catch (error) {
    const { status, code, message } = error as HttpError;
    expect({ status, code }).toEqual({ status: 400, code: 'json' });
    return message;
  }
  throw new Error('it was accepted');
}

describe('what is said of a body that is no JSON', () => {
  it.each([
    ['{"features":[5.1,NaN]}', 'line 1, column 18: NaN'],
    ['{"features":[nan]}', 'line 1, column 14: NaN'],
    ['{"features":[-Infinity]}', 'line 1, column 14: Infinity'],
    ['{"features":[None]}', 'line 1, column 14: expected a value: a gap is written null'],
    ['{"features":[True]}', 'line 1, column 14: true and false are written in lower case'],
    ['{"features":[02138]}', 'line 1, column 14: a number begins with 0'],
    ['{"features":[-007]}', 'line 1, column 14: a number begins with 0'],
    ['{"features":[+1]}', 'line 1, column 14: a number has no plus sign'],
    ['{"features":[.5]}', 'line 1, column 14: a number begins with a point'],
    ['{"features":[5.]}', 'line 1, column 14: a number ends in a point'],
    ['{"features":[0x10]}', 'line 1, column 14: numbers are decimal'],
    ['{"features":[1_000]}', 'line 1, column 14: a number holds an underscore'],
    ['{\n  "features": [1, 2,\n  ]\n}', 'line 2, column 20: a comma stands before the end'],
    ['{"a":1,\r\n}', 'line 1, column 7: a comma stands before the end'],
    ["{'features':[1]}", 'line 1, column 2: texts and names stand in double quotes'],
    ['{\u201cfeatures\u201d:[1]}', 'line 1, column 2: texts and names stand in double quotes'],
    ['{features:[1]}', 'line 1, column 2: expected a name in double quotes'],
    ['// iris\n{"features":[1]}', 'line 1, column 1: JSON has no comments'],
    ['{"features":[1] /* iris */}', 'line 1, column 17: JSON has no comments'],
    ['{"features":[1;2]}', 'line 1, column 15: parts of JSON are separated by commas'],
    ['{"features":[1 2]}', 'line 1, column 16: expected a comma or the end of the array'],
    ['{"a" 1}', 'line 1, column 6: expected a colon'],
    ['{"features":["\n"]}', 'line 1, column 15: a control character'],
    ['{"features":["\\x"]}', 'line 1, column 15: no such escape'],
    ['{"features":["a]}', 'line 1, column 14: a text begins here and does not end'],
    ['{"features":[1', 'line 1, column 15: the text ends before the JSON is complete'],
    ['{}\r\r\n\n{}', 'line 4, column 1: expected nothing after the JSON'],
    ['', 'line 1, column 1: it is empty'],
    ['["\ud83d\ude00",NaN]', 'line 1, column 6: NaN'],
    ['\ufeff{}', 'it begins with a byte order mark'],
  ])('%j: %s', (body, said) => {
    expect(detailOf(body)).toContain(`The body is not valid JSON: ${said}`);
  });

  it.each([
    ['gzip', Buffer.from('1f8b0800', 'hex'), 'it is compressed with gzip: send it uncompressed'],
    ['UTF-16 with its mark', Buffer.from('\ufeff{"a":1}', 'utf16le'), 'it is UTF-16: send it in UTF-8'],
    ['UTF-16 without it', Buffer.from('{"a":1}', 'utf16le'), 'it looks like UTF-16: write it in UTF-8'],
    ['Latin-1', Buffer.from('{"a":"\u00e9"}', 'latin1'), 'it is not in UTF-8'],
  ])('names %s', (_, body, said) => {
    expect(detailOf(body)).toContain(said);
  });

  it('quotes nothing of the body', () => {
    expect(detailOf('{"password":hunter2}')).toBe(
      'The body is not valid JSON: line 1, column 13: expected a value.',
    );
  });
});

describe('findJsonFault', () => {
  const isJson = (text: string) => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };
  const parts = fc.constantFrom(
    ...['{', '}', '[', ']', ',', ':', '"', '"a"', '0', '-', '1.5', 'e', '+', '.', 'true', 'null', 'nul', ' '],
    ...['\n', '\\', '\\u00e9', '\u0001', '\ufeff', '\u00a0', '1E-5', '00', '\ud800', 'x'],
  );

  it('finds one just where JSON.parse fails', () => {
    const texts = fc.array(parts, { maxLength: 12 }).map((all) => all.join(''));
    const mutated = fc.tuple(fc.json(), fc.nat(), parts).map(([json, at, part]) => {
      const place = at % (json.length + 1);
      return json.slice(0, place) + part + json.slice(place + (at % 2));
    });
    fc.assert(
      fc.property(fc.oneof(texts, mutated, fc.json()), (text) => {
        expect(findJsonFault(text) === undefined).toBe(isJson(text));
      }),
      { numRuns: 5000 },
    );
  });

  it('stands at a place of the text', () => {
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 12 }), (all) => {
        const text = all.join('');
        const fault = findJsonFault(text);
        if (!fault) return;
        expect(fault.at).toBeLessThanOrEqual(text.length);
        const { line, column } = placeOf(text, fault.at);
        expect(line).toBeGreaterThan(0);
        expect(column).toBeGreaterThan(0);
      }),
    );
  });
});
