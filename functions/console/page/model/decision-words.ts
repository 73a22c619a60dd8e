import type { ChampionState } from '../../../../lib/http/schemas/models-api.ts';
import { time } from '../words.ts';

/** A decision in a sentence. @param hasTime whether it says when */
export function decisionWords(
  { action, to, from, actor, decided_at, reason }: Omit<ChampionState, 'model' | 'champion' | 'decision'>,
  hasTime = true,
): string {
  if (action === null) return 'Nothing was decided yet.';
  const what = {
    promote: `promoted v${to}`,
    rollback: `rolled back to v${to}`,
    retire: `retired v${from}`,
  }[action];
  return `${actor} ${what}${hasTime && decided_at !== null ? `, ${time(decided_at)}` : ''}: ${reason}`;
}
