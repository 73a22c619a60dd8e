import { describe, expect, it } from 'vitest';
import { gapsAdvice, jsonTexts } from '../../../lib/columns/other-texts.ts';

describe('jsonTexts', () => {
  it('escapes what cannot be seen, so that it can be pasted', () => {
    const texts = ['a\u00a0b', '\u200bx', 'tag\u{e0001}', 'ö "q"'];
    const written = jsonTexts(texts);
    expect(JSON.parse(written)).toEqual(texts);
    expect(written).toContain('\\u00a0');
    expect(written).toContain('\\udb40\\udc01');
  });
});

describe('gapsAdvice', () => {
  it('names texts that may be gaps, and none that is too long for one', () => {
    expect(gapsAdvice(['off', 'x'.repeat(60_000)], 'a')).toBe(
      'if ["off"] mean "no value", write "missing_tokens": ["off"] into schema.json',
    );
    expect(gapsAdvice(['x'.repeat(60_000)], 'a')).toBe('correct these cells');
  });

  it("takes the column's own name for a header that stands again", () => {
    expect(gapsAdvice(['a'], 'a')).toBe('remove the lines that repeat the header');
    expect(gapsAdvice(['a', '-'], 'a')).toContain('; if ["-"] mean "no value"');
  });
});
