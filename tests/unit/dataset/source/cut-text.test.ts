import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutAtLineEnd } from '../../../../lib/dataset/source/cut-text.ts';

const TEXT = 'name,kind\nGröße,数\nЖ,😀\n';
const utf16 = (text: string, isBig = false) => {
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
  return isBig ? bytes.swap16() : bytes;
};

describe('cutAtLineEnd', () => {
  it.each([
    ['UTF-8', Buffer.from(TEXT), 'utf-8'],
    ['UTF-16, little end first', utf16(TEXT), 'utf-16le'],
    ['UTF-16, big end first', utf16(TEXT, true), 'utf-16be'],
  ])('ends with a whole line of %s, wherever it was cut', (_, bytes, encoding) => {
    fc.assert(
      fc.property(fc.integer({ min: 24, max: bytes.length }), (length) => {
        const cut = cutAtLineEnd(bytes.subarray(0, length), undefined);
        const text = new TextDecoder(encoding, { fatal: true }).decode(cut);
        expect(text.endsWith('\n')).toBe(true);
        expect(TEXT.startsWith(text)).toBe(true);
      }),
    );
  });

  it('takes the encoding that a contract gives where the bytes have no mark', () => {
    const bytes = Buffer.from('a\nĊb', 'utf16le');
    expect(cutAtLineEnd(bytes, 'utf-16le')).toEqual(bytes.subarray(0, 4));
  });

  it('takes carriage returns for line ends where there are no others', () => {
    expect(cutAtLineEnd(Buffer.from('a\rb\rc'), undefined)).toEqual(Buffer.from('a\rb\r'));
    expect(cutAtLineEnd(Buffer.from('a\r\nb\rc'), undefined)).toEqual(Buffer.from('a\r\n'));
  });

  it('leaves bytes in which no line ends', () => {
    expect(cutAtLineEnd(Buffer.from('abc'), undefined)).toEqual(Buffer.from('abc'));
  });
});
