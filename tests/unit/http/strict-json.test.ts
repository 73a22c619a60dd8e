import { describe, expect, it } from 'vitest';
import { HttpError } from '../../../lib/http/problem.ts';
import { readJsonBody } from '../../../lib/http/request.ts';
import { parseStrictJson } from '../../../lib/http/strict-json.ts';
import { MAX_JSON_DEPTH } from '../../../lib/json/strict-json.ts';
import { httpEvent } from '../../helpers/http-event.ts';

function refusalOf(work: () => unknown) {
  try {
    work();
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return { status: error.status, code: error.code, path: error.faults[0]?.path };
  }
  return undefined;
}

const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

describe('parseStrictJson', () => {
  it.each([
    ['a name that stands twice', '{"features":[1],"features":[2]}', 'json_duplicate', 'features'],
    ['a name that stands twice, once escaped', '{"a":{"b":1,"\\u0062":2}}', 'json_duplicate', 'a.b'],
    [
      'a name that stands twice in an instance',
      '{"instances":[{},{},{"x":1,"y":2,"x":1}]}',
      'json_duplicate',
      'instances[2].x',
    ],
    ['__proto__ at the top', '{"__proto__":{"x":1}}', 'json_name', '__proto__'],
    ['__proto__ within', '{"features":{"__proto__":1}}', 'json_name', 'features.__proto__'],
    ['__proto__, escaped', '{"\\u005f_proto\\u005f_":1}', 'json_name', '__proto__'],
    ['a number above all doubles', '{"features":[1,1e999]}', 'json_number', 'features[1]'],
    [
      'the same, negative and without an exponent',
      `{"features":[-1${'0'.repeat(309)}]}`,
      'json_number',
      'features[0]',
    ],
    ['a number that would become 0', '{"instances":[[1],[2,1e-999]]}', 'json_number', 'instances[1][1]'],
    [
      'a whole number between two doubles',
      '{"features":{"id":9007199254740993}}',
      'json_number',
      'features.id',
    ],
    ['half of a surrogate pair', '{"features":["\\ud800"]}', 'json_surrogate', 'features[0]'],
    ['the same, in a name', '{"\\udc00":1}', 'json_surrogate', '\ufffd'],
    ['a number at the top', '1e999', 'json_number', ''],
  ])('refuses %s, with its path', (_, text, code, path) => {
    expect(refusalOf(() => parseStrictJson(text))).toEqual({ status: 400, code, path });
  });

  it.each([
    ['the same name in two objects', '{"a":{"x":1},"b":{"x":1},"x":1}'],
    [
      'constructor, prototype and toString as names',
      '{"constructor":1,"prototype":2,"toString":3,"hasOwnProperty":4}',
    ],
    ['the text __proto__ as a value', '["__proto__","\\u005f_proto__"]'],
    ['a name that is the value of another', '{"a":"b","b":"a"}'],
    [
      'numbers at the ends of what a double holds',
      '[1.7976931348623157e308,5e-324,-0,0e999,9007199254740992,1e22]',
    ],
    ['a whole surrogate pair, escaped', '["\\ud83d\\ude00"]'],
    ['digits in a text', '["1e999","9007199254740993"]'],
    ['a text that ends in a backslash', '{"a\\\\":"\\\\","b":"\\""}'],
  ])('accepts %s', (_, text) => {
    expect(parseStrictJson(text)).toEqual(JSON.parse(text));
  });

  it('leaves prototypes alone', () => {
    parseStrictJson('{"constructor":{"prototype":{"polluted":1}}}');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('accepts nesting up to its bound, and refuses one level more, and 500,000', () => {
    expect(refusalOf(() => parseStrictJson(nested(MAX_JSON_DEPTH)))).toBeUndefined();
    expect(refusalOf(() => parseStrictJson(nested(MAX_JSON_DEPTH + 1)))).toMatchObject({
      code: 'json_depth',
    });
    expect(refusalOf(() => parseStrictJson(nested(500_000)))).toMatchObject({ code: 'json_depth' });
  });

  it('refuses a long and deep text before it is parsed, also when it is no JSON', () => {
    for (const text of ['{"features":'.repeat(100_000), '['.repeat(6_000_000)])
      expect(refusalOf(() => parseStrictJson(text))).toMatchObject({ code: 'json_depth' });
  });

  it('counts no bracket in a string as a level, however long the text is', () => {
    const text = JSON.stringify({ a: '[{\\"['.repeat(20_000), b: ['\\', '"[[', [[]]] });
    expect(parseStrictJson(text)).toEqual(JSON.parse(text));
    for (const open of ['"', '"\\', `"${'['.repeat(100_000)}`])
      expect(refusalOf(() => parseStrictJson(`${' '.repeat(100_000)}${open}`))).toMatchObject({
        code: 'json',
      });
  });

  it('repeats a bounded part of names that it did not choose', () => {
    const long = 'x'.repeat(100_000);
    const text = `${`{"${long}":`.repeat(20)}{"__proto__":1}${'}'.repeat(20)}`;
    const { message, faults } = errorOf(text);
    expect(message.length).toBeLessThan(400);
    expect(faults[0]!.path).toBe(`${`${'x'.repeat(64)}.`.repeat(3)}xxxxx...`);
  });

  it('cuts a name between characters, never within one', () => {
    const { faults } = errorOf(`{"${'x'.repeat(63)}\ud83d\ude00":1e999}`);
    expect(faults[0]!.path).toBe(`${'x'.repeat(63)}\ufffd`);
  });
});

function errorOf(text: string): HttpError {
  try {
    parseStrictJson(text);
  } catch (error) {
    return error as HttpError;
  }
  throw new Error('it was accepted');
}

describe('readJsonBody', () => {
  const read = (body: string, contentType = 'application/json', isBase64Encoded = false) =>
    readJsonBody(
      httpEvent('POST /predict', { body, headers: { 'content-type': contentType }, isBase64Encoded }),
      1000,
    );

  it.each([
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'application/vnd.example+json',
    'application/json ; foo=bar',
  ])('takes %s', (contentType) => {
    expect(read('{"a":1}', contentType)).toEqual({ a: 1 });
  });

  it.each([
    '',
    'text/plain',
    'application/jsonp',
    'application/json+xml',
    'application/+json',
    'application/json,text/plain',
    'application/json; charset=utf-16',
    'application/json; charset=iso-8859-1',
    'multipart/form-data; boundary=application/json',
    'garbage',
  ])('answers 415 for %j', (contentType) => {
    expect(refusalOf(() => read('{"a":1}', contentType))).toMatchObject({ status: 415, code: 'media_type' });
  });

  it('reads a body that the gateway encoded', () => {
    expect(read(Buffer.from('{"a":"\u00e9"}').toString('base64'), 'application/json', true)).toEqual({
      a: '\u00e9',
    });
  });

  it.each(['QQ', 'Q===', 'Q*Q=', 'QQ=A', 'QQ-_', 'e30=\n', '=e30'])(
    'answers 400 for %j, which is no base64',
    (body) => {
      expect(refusalOf(() => read(body, 'application/json', true))).toMatchObject({
        status: 400,
        code: 'base64',
      });
    },
  );

  it('answers 413 for 6 MB of base64, without running out of stack', () => {
    const body = Buffer.alloc(6_000_000, ' ').toString('base64');
    expect(refusalOf(() => read(body, 'application/json', true))).toMatchObject({
      status: 413,
      code: 'body_size',
    });
  });

  it('counts bytes, not characters', () => {
    expect(read(`"${'x'.repeat(998)}"`)).toHaveLength(998);
    expect(refusalOf(() => read(`"${'\u00e9'.repeat(500)}"`))).toMatchObject({ status: 413 });
  });

  it.each([
    ['a byte order mark', '\ufeff{}'],
    ['nothing', ''],
    ['half of a surrogate pair', '"\ud800"'],
    ['NaN', '{"features":[NaN]}'],
    ['a truncated text', '{"features":[1'],
  ])('answers 400 for %s', (_, body) => {
    expect(refusalOf(() => read(body))).toMatchObject({ status: 400, code: 'json' });
  });

  it('answers 400 for what is no UTF-8', () => {
    const bytes = Buffer.from([0x22, 0xc3, 0x28, 0x22]).toString('base64');
    expect(refusalOf(() => read(bytes, 'application/json', true))).toMatchObject({
      status: 400,
      code: 'json',
    });
  });
});
