import * as z from 'zod/mini';
import { aliasesNaming } from './aliases.ts';
import {
  appendDecision,
  type DecisionEntry,
  decisionLog,
  isRetired,
  type SourcePosition,
  sourcePosition,
  wasChampion,
} from './decisions.ts';
import { newerMark } from './source-order.ts';
import type { RegistryTable } from './table.ts';
import { getVersion, type VersionEntry } from './versions.ts';

/** A change that a person, or a program for a person, asks for. */
export interface ManualDecision {
  readonly model: string;
  readonly version: number;
  /** The number of the newest decision that the person knew: 0 before the first. */
  readonly basedOn: number;
  readonly actor: string;
  readonly reason: string;
  /** ISO 8601, UTC. */
  readonly decidedAt: string;
}

/** The result. `current` is the newest decision, undefined before the first. */
export type ManualOutcome =
  | { readonly kind: 'decided'; readonly entry: DecisionEntry }
  /** The change was already made: nothing was written. */
  | { readonly kind: 'in_force'; readonly current: DecisionEntry }
  /** Another decision came first. */
  | { readonly kind: 'conflict'; readonly current: DecisionEntry | undefined }
  | {
      readonly kind: 'refused';
      readonly refusal:
        | 'unknown_version'
        | 'retired'
        | 'in_use'
        | 'aliased'
        | 'artifact_missing'
        | 'alias_limit'
        | 'unknown_alias';
      readonly current: DecisionEntry | undefined;
    };

/**
 * Makes a version the champion, whatever the quality gate said. This is a promotion, or a rollback when it
 * was champion before. It raises the source mark to the version's own source, so that an older upload that
 * arrives late does not replace it.
 *
 * @param artifactExists whether the store has the version's artifact: without it a version cannot become
 *   champion
 */
export async function promoteByHand(
  table: RegistryTable,
  request: ManualDecision,
  artifactExists: (entry: VersionEntry) => Promise<boolean>,
): Promise<ManualOutcome> {
  const { model, version, basedOn, actor, reason, decidedAt } = request;
  for (;;) {
    const log = await decisionLog(table, model);
    const current = log.at(-1);
    if (current?.champion === version) return { kind: 'in_force', current };
    const entry = await getVersion(table, model, version);
    if (!entry) return { kind: 'refused', refusal: 'unknown_version', current };
    if (isRetired(log, version)) return { kind: 'refused', refusal: 'retired', current };
    if ((current?.decision ?? 0) !== basedOn) return { kind: 'conflict', current };
    if (!(await artifactExists(entry))) return { kind: 'refused', refusal: 'artifact_missing', current };
    const decided = await appendDecision(table, model, current, {
      action: wasChampion(log, version) ? 'rollback' : 'promote',
      automatic: false,
      champion: version,
      high_water: newerMark(current?.high_water ?? null, sourceOf(entry)),
      actor,
      reason,
      from: current?.champion ?? null,
      to: version,
      decided_at: decidedAt,
    });
    if (decided) return { kind: 'decided', entry: decided };
  }
}

/**
 * Takes a version out of use for good: it can never be promoted again, and housekeeping may delete its
 * artifact. The champion cannot be retired, nor a version that an alias names: whoever asks by the alias
 * would be left without an answer.
 *
 * @param automatic true when the retention rule asks for it
 */
export async function retireVersion(
  table: RegistryTable,
  request: ManualDecision,
  automatic = false,
): Promise<ManualOutcome> {
  const { model, version, basedOn, actor, reason, decidedAt } = request;
  for (;;) {
    const log = await decisionLog(table, model);
    const current = log.at(-1);
    if (current && isRetired(log, version)) return { kind: 'in_force', current };
    if (!(await getVersion(table, model, version))) {
      return { kind: 'refused', refusal: 'unknown_version', current };
    }
    if (current?.champion === version) return { kind: 'refused', refusal: 'in_use', current };
    if (aliasesNaming(log, version).length > 0) return { kind: 'refused', refusal: 'aliased', current };
    if ((current?.decision ?? 0) !== basedOn) return { kind: 'conflict', current };
    const decided = await appendDecision(table, model, current, {
      action: 'retire',
      automatic,
      champion: current?.champion ?? null,
      high_water: current?.high_water ?? null,
      actor,
      reason,
      from: version,
      to: null,
      decided_at: decidedAt,
    });
    if (decided) return { kind: 'decided', entry: decided };
  }
}

function sourceOf({ lineage }: VersionEntry): SourcePosition | null {
  const parsed = z.safeParse(sourcePosition, lineage.source);
  return parsed.success ? parsed.data : null;
}
