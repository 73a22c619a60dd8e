import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RegistrySabotage, SABOTAGES } from '../simulation/registry-sabotage.ts';
import { findFailure, openRegistryWorld, type RegistryWorld } from '../simulation/registry-world.ts';

/**
 * Seeds of schedules that notice a missing mechanism: the first that `test:deep -- registry --sabotage
 * <name>` finds.
 */
const NOTICED_BY: Readonly<Record<RegistrySabotage, number>> = {
  condition: 36,
  fingerprint: 1,
  'retire-rule': 2,
  'alias-rule': 21,
  'ordering-rule': 2,
  'read-back': 101,
  tombstone: 81,
  claim: 5,
};

let world: RegistryWorld;
beforeAll(async () => {
  world = await openRegistryWorld();
});
afterAll(() => world.close());

it.for(SABOTAGES)(
  'trainers, people and retention break a rule of the registry without %s',
  async (sabotage) => {
    const seed = NOTICED_BY[sabotage];
    expect(await findFailure(world, { seed }), `seed ${seed} with everything in place`).toBeUndefined();
    const failure = await findFailure(world, { seed, sabotage, shrinks: false });
    expect(failure?.problems.length, `seed ${seed}`).toBeGreaterThan(0);
  },
);
