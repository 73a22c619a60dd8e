import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameReader, frame } from '../../../../lib/local/lambda/frames.mjs';

function read(chunks: readonly Buffer[]) {
  const messages: [unknown, string][] = [];
  const reader = new FrameReader((head, body) => messages.push([head, body.toString()]));
  for (const chunk of chunks) reader.read(chunk);
  return messages;
}

/** Cuts bytes at the given places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b);
  return [0, ...ends].map((start, i) => bytes.subarray(start, ends[i] ?? bytes.length));
}

describe('messages between supervisor and process', () => {
  it('are read unchanged, wherever the stream cuts them', () => {
    const message = fc.tuple(
      fc.record({ kind: fc.string({ unit: 'grapheme' }) }),
      fc.string({ unit: 'grapheme' }),
    );
    fc.assert(
      fc.property(fc.array(message), fc.array(fc.nat(1000)), (messages, places) => {
        const bytes = Buffer.concat(messages.map(([head, body]) => frame(head, body)));
        expect(read(cut(bytes, places))).toEqual(messages);
      }),
      { numRuns: 300 },
    );
  });

  it('may have megabytes in small pieces', () => {
    const body = 'ü'.repeat(3 * 1024 * 1024);
    const bytes = frame({}, body);
    const pieces = Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, i) =>
      bytes.subarray(i * 65_536, (i + 1) * 65_536),
    );
    expect(read(pieces)).toEqual([[{}, body]]);
  });

  it('are invalid when the head is not JSON', () => {
    expect(() => read([Buffer.from([1, 0, 0, 0, 0, 0, 0, 0, 0x7b])])).toThrow(SyntaxError);
  });
});
