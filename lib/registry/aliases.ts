import { byCodeUnits } from '../code-units.ts';
import type { DecisionEntry } from './decisions.ts';

/** A decision that gave an alias to a version. */
type AliasEntry = DecisionEntry & { readonly alias: { readonly name: string; readonly to: number } };

/** The decisions that gave a model's aliases their versions, by the names, in code-unit order. */
export function aliasesOf(log: readonly DecisionEntry[]): Map<string, AliasEntry> {
  const found = new Map<string, AliasEntry>();
  for (const entry of log) {
    if (entry.alias?.to != null) found.set(entry.alias.name, entry as AliasEntry);
    else if (entry.alias) found.delete(entry.alias.name);
  }
  return new Map([...found].sort(([a], [b]) => byCodeUnits(a, b)));
}

/** The aliases that name a version. */
export const aliasesNaming = (log: readonly DecisionEntry[], version: number): string[] =>
  [...aliasesOf(log)].flatMap(([name, { alias }]) => (alias.to === version ? [name] : []));
