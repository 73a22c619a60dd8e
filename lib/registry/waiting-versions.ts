import type { DecisionEntry } from './decisions.ts';

/**
 * The versions that passed the gate and wait for a person, newest first, each with the entry that holds it.
 * The wait ends when the version is promoted or retired, or when a newer one became the champion.
 */
export function waitingVersions(log: readonly DecisionEntry[]): Map<number, DecisionEntry> {
  const waiting = new Map<number, DecisionEntry>();
  for (const entry of log) {
    const { action, from, to, held } = entry;
    if (action === 'hold' && held !== undefined) waiting.set(held, entry);
    if (action === 'retire' && from !== null) waiting.delete(from);
    if (to !== null) for (const version of [...waiting.keys()]) if (version <= to) waiting.delete(version);
  }
  return new Map([...waiting].sort(([a], [b]) => b - a));
}
