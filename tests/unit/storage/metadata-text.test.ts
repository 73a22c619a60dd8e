import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metadataText, metadataValue } from '../../../lib/storage/metadata-text.ts';

const asLatin1 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

describe('metadataText', () => {
  it.each([
    ['Survived', 'Survived'],
    ['a_b=c ? d', 'a_b=c ? d'],
    ['100%25', '100%25'],
    ['100%', '100%'],
    ['=?UTF-8?B?R3LDtsOfZQ==?=', 'Größe'],
    ['=?utf-8?Q?Gr=C3=B6=C3=9Fe_m?=', 'Größe m'],
    ['=?ISO-8859-1?Q?Gr=F6=DFe?=', 'Größe'],
    ['=?UTF-8?B?R3LDtg==?= =?UTF-8?B?w59l?=', 'Größe'],
    ['Gr%C3%B6%C3%9Fe', 'Größe'],
    [asLatin1('Größe'), 'Größe'],
    ['Gr\u00f6\u00dfe', 'Größe'],
    ['数据', '数据'],
    ['=?KOI8-R?Q?=C1?=', '=?KOI8-R?Q?=C1?='],
  ])('reads %j as %j', (value, text) => {
    expect(metadataText(value)).toBe(text);
  });

  it('takes time in proportion to a value of the largest size', () => {
    const values = ['=?UTF-8?Q?', '=?UTF-8?B?'.repeat(200), '?= '.repeat(680), ' '.repeat(2048)];
    const startedMs = performance.now();
    for (const value of values) expect(metadataText(value)).toBeTypeOf('string');
    expect(performance.now() - startedMs).toBeLessThan(200);
  });
});

describe('metadataValue', () => {
  it.each(['species', 'a b', '100%25', 'a_b=c ? d'])('leaves %j as it is', (text) => {
    expect(metadataValue(text)).toBe(text);
  });

  it.each(['数据', ' a', 'a  b', 'Gr%C3%B6%C3%9Fe', '=?UTF-8?B?R3LDtg==?=', 'Größe'])(
    'writes %j in ASCII, so that it is read back',
    (text) => {
      expect(metadataValue(text)).toMatch(/^=\?utf-8\?B\?[A-Za-z0-9+/=]+\?=$/);
      expect(metadataText(metadataValue(text))).toBe(text);
    },
  );

  it('is read back, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 128 }), (text) => {
        const value = metadataValue(text);
        expect(value).toMatch(/^[ -~]+$/);
        expect(metadataText(value)).toBe(text);
      }),
    );
  });
});
