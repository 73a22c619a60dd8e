import { expect, it } from 'vitest';
import type { DecisionEntry } from '../../../lib/registry/decisions.ts';
import { waitingVersions } from '../../../lib/registry/waiting-versions.ts';

type Step = Partial<DecisionEntry> & Pick<DecisionEntry, 'action'>;

const logOf = (...steps: readonly Step[]): DecisionEntry[] =>
  steps.map((step, i) => ({
    ...{ decision: i + 1, automatic: true, champion: null, high_water: null, actor: 'train', reason: 'r' },
    ...{ from: null, to: null, decided_at: '2026-01-01T00:00:00.000Z', ...step },
  }));

const hold = (held: number): Step => ({ action: 'hold', held });
const promote = (to: number): Step => ({ action: 'promote', to });
const retire = (from: number): Step => ({ action: 'retire', from });
const alias = (to: number): Step => ({ action: 'alias', alias: { name: 'canary', from: null, to } });

it.each<[string, Step[], number[]]>([
  ['nothing was decided', [], []],
  ['versions are held: the newest first', [hold(2), hold(3)], [3, 2]],
  ['one is promoted', [hold(2), promote(2)], []],
  ['a newer one is promoted', [hold(2), hold(3), promote(4)], []],
  ['an older one is promoted', [hold(3), promote(2)], [3]],
  ['one is retired', [hold(2), hold(3), retire(3)], [2]],
  ['another one is retired', [hold(2), retire(1)], [2]],
  ['an alias is given to it', [hold(2), alias(2)], [2]],
  ['it is held again after a newer one was promoted and rolled back', [hold(2), promote(3), hold(2)], [2]],
])('wait when %s', (_, steps, waiting) => {
  expect([...waitingVersions(logOf(...steps)).keys()]).toEqual(waiting);
});
