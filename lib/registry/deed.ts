import type { DecisionEntry } from './decisions.ts';

/** What of a decision says what was done. */
type Deed = Pick<DecisionEntry, 'action' | 'from' | 'to' | 'held' | 'alias'>;

/** What a decision did, as a clause for people. */
export function deedOf({ action, from, to, held, alias }: Deed): string {
  switch (action) {
    case 'retire':
      return `v${from} was retired`;
    case 'hold':
      return `v${held} passed the quality gate and waits for approval`;
    case 'alias':
      return aliasDeed(alias!);
    case 'promote':
    case 'rollback':
      return `v${to} is the champion${from === null ? '' : ` in place of v${from}`}`;
  }
}

function aliasDeed({ name, from, to }: NonNullable<Deed['alias']>): string {
  if (to === null) return `the alias ${name} was taken from v${from}`;
  return `the alias ${name} names v${to}${from === null ? '' : ` in place of v${from}`}`;
}
