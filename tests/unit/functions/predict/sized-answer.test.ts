import { describe, expect, it } from 'vitest';
import { MAX_ANSWER_BYTES, sizedAnswer } from '../../../../functions/predict/sized-answer.ts';

/** The number of bytes that a body takes within what the function returns. */
const sentBytes = (value: unknown) => Buffer.byteLength(JSON.stringify(JSON.stringify(value)));

describe('sizedAnswer', () => {
  it.each([
    ['plain text', 'x'],
    ['text of three bytes a character', '\u20ac'],
    ['text of four bytes a character', '\u{1f600}'],
    ['quotes, which are escaped twice', '"'],
    ['backslashes, which are escaped twice', '\\'],
    ['control characters', '\u0001'],
  ])('accepts the largest possible body and no larger one: %s', (_, character) => {
    const perCharacter = sentBytes(character.repeat(1001)) - sentBytes(character.repeat(1000));
    const most = Math.floor((MAX_ANSWER_BYTES - sentBytes('')) / perCharacter);
    expect(sizedAnswer(character.repeat(most), {})).toMatchObject({ statusCode: 200 });
    expect(() => sizedAnswer(character.repeat(most + 1), {})).toThrow(
      expect.objectContaining({ status: 400, code: 'answer_size' }),
    );
  });

  it('leaves room for status and headers in the 6,291,556 bytes that Lambda returns', () => {
    const answer = sizedAnswer('x'.repeat(MAX_ANSWER_BYTES - 6), { 'x-model-name': 'a'.repeat(1000) });
    expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(6_291_556);
  });
});
