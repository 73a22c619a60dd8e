import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openArtifact, type SectionArray, writeArtifact } from '../../../lib/classifier/artifact.ts';
import { ArtifactError } from '../../../lib/errors.ts';

const content = {
  meta: { b: 'é', a: [1, 2.5] },
  sections: new Map<string, SectionArray>([
    ['points', Float64Array.of(1, -0, Math.PI)],
    ['labels', Int32Array.of(-1, 7)],
    ['empty', new Uint16Array(0)],
    ['bytes', Uint8Array.of(1, 2, 3)],
  ]),
};

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof ArtifactError) return error.code;
    throw error;
  }
  return 'opened';
};

describe('the .knn container', () => {
  it('reads the written content in place', () => {
    const { bytes, sha256 } = writeArtifact(content);
    const opened = openArtifact(bytes, sha256);
    expect(opened.meta).toEqual(content.meta);
    expect(Object.fromEntries(opened.sections)).toEqual(Object.fromEntries(content.sections));
    for (const array of opened.sections.values()) {
      expect(array.buffer).toBe(bytes.buffer);
      expect(array.byteOffset % 64).toBe(0);
    }
  });

  it('writes equal bytes for any order of keys and sections', () => {
    const shuffled = { meta: { a: [1, 2.5], b: 'é' }, sections: new Map([...content.sections].reverse()) };
    expect(writeArtifact(shuffled).sha256).toBe(writeArtifact(content).sha256);
  });

  it('reads bytes that begin anywhere in a larger buffer', () => {
    const { bytes, sha256 } = writeArtifact(content);
    for (const shift of [1, 4, 8]) {
      const larger = new Uint8Array(bytes.length + shift);
      larger.set(bytes, shift);
      expect(openArtifact(larger.subarray(shift), sha256).sections.get('labels')).toEqual(
        Int32Array.of(-1, 7),
      );
    }
  });

  it('survives headers of every length around the alignment', () => {
    for (let length = 0; length < 200; length++) {
      const meta = { text: 'x'.repeat(length) };
      const { bytes } = writeArtifact({ ...content, meta });
      expect(openArtifact(bytes).meta).toEqual(meta);
    }
  });

  it('refuses every single-bit flip, with and without the name', () => {
    const { bytes, sha256 } = writeArtifact(content);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(codeOf(() => openArtifact(flipped))).toMatch(/^artifact_/);
      expect(codeOf(() => openArtifact(flipped, sha256))).toMatch(/^artifact_/);
    }
  });

  it('refuses every truncation and all other bytes', () => {
    const { bytes } = writeArtifact(content);
    for (let length = 0; length < bytes.length; length++) {
      expect(codeOf(() => openArtifact(bytes.slice(0, length)))).toMatch(/^artifact_/);
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        expect(codeOf(() => openArtifact(new Uint8Array(noise)))).toMatch(/^artifact_/);
      }),
    );
  });

  it('says which check failed', () => {
    const { bytes, sha256 } = writeArtifact(content);
    const newer = bytes.slice();
    newer[8] = 2;
    expect(codeOf(() => openArtifact(new Uint8Array(10)))).toBe('artifact_size');
    expect(codeOf(() => openArtifact(new Uint8Array(100)))).toBe('artifact_magic');
    expect(codeOf(() => openArtifact(newer))).toBe('artifact_format');
    expect(codeOf(() => openArtifact(bytes, sha256.replace(/./, 'x')))).toBe('artifact_sha256');
  });
});
