import { expect, it } from 'vitest';
import { Sighting } from '../../../../functions/metrics/sighting.ts';

const at = (wallMs: number, steadyMs = wallMs) => ({ wallMs, steadyMs });

it('counts from when a number was seen first, and anew for another number', () => {
  const sighting = new Sighting();
  expect(sighting.isUnchanged(7, at(1000), 60)).toBe(false);
  expect(sighting.isUnchanged(7, at(1059), 60)).toBe(false);
  expect(sighting.isUnchanged(7, at(1060), 60)).toBe(true);
  expect(sighting.isUnchanged(8, at(1061), 60)).toBe(false);
  expect(sighting.isUnchanged(8, at(1000, 1121), 60)).toBe(true);
});
