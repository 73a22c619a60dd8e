import { expect, it } from 'vitest';
import { readModel, writeModel } from '../../../lib/classifier/model-file.ts';
import { damaged, outcomeOf, resigned } from '../../helpers/damaged-artifact.ts';
import { fittedModel } from '../../helpers/fitted-model.ts';

// All numbers are packed, and the one near 0 is listed.
const values = Float64Array.from({ length: 80 }, (_, i) => (i === 7 ? 1e-9 : i * 1.5));
const { bytes } = writeModel(
  fittedModel(
    values,
    Int32Array.from(values, (_, i) => i % 2),
  ),
);
const DAMAGES = 2000;

it('opens with the written content', () => {
  expect(readModel(bytes).raw).toEqual([
    { steps: expect.any(Int8Array), rows: Uint32Array.of(7), values: Float64Array.of(1e-9) },
  ]);
  expect(outcomeOf(bytes, [3])).toBe('opened');
  expect(outcomeOf(resigned(bytes), [3])).toBe('opened');
});

it('refuses every single-bit flip', () => {
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = bytes.slice();
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    expect(outcomeOf(flipped, [3]), `bit ${bit}`).toMatch(/^artifact_/);
  }
});

it('refuses truncations, splices and swapped sections', () => {
  for (let seed = 1; seed <= DAMAGES; seed++) {
    const file = damaged(bytes, seed);
    if (Buffer.from(file).equals(bytes)) continue;
    expect(outcomeOf(file, [3]), `seed ${seed}`).toMatch(/^artifact_/);
  }
});

it('refuses or answers, but never crashes, when the damage came before the digest', () => {
  const outcomes = new Set<string>();
  for (let seed = 1; seed <= DAMAGES; seed++) outcomes.add(outcomeOf(resigned(damaged(bytes, seed)), [3]));
  for (const outcome of outcomes) expect(outcome).toMatch(/^(opened|artifact_\w+)$/);
  expect(outcomes.size).toBeGreaterThan(5);
});
