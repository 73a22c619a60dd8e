import type { ChampionState } from '../../../../lib/http/schemas/models-api.ts';
import { time } from '../words.ts';

/** A decision in a sentence. @param hasTime whether it says when */
export function decisionWords(
  {
    action,
    to,
    from,
    held,
    alias,
    actor,
    decided_at,
    reason,
  }: Omit<ChampionState, 'model' | 'champion' | 'decision'>,
  hasTime = true,
): string {
  if (action === null) return 'Nothing was decided yet.';
  const what = {
    promote: `promoted v${to}`,
    rollback: `rolled back to v${to}`,
    retire: `retired v${from}`,
    hold: `made v${held} wait for approval`,
    alias:
      alias?.to == null ? `took the alias ${alias?.name} away` : `gave v${alias.to} the alias ${alias.name}`,
  }[action];
  return `${actor} ${what}${hasTime && decided_at !== null ? `, ${time(decided_at)}` : ''}: ${reason}`;
}
