import { HttpError } from '../../lib/http/problem.ts';
import type { ChangeAnswer, ConflictMembers } from '../../lib/http/schemas/models-api.ts';
import { MAX_ALIASES } from '../../lib/registry/alias-decisions.ts';
import { isArtifactIntact } from '../../lib/registry/artifact-check.ts';
import type { DecisionEntry } from '../../lib/registry/decisions.ts';
import { deedOf } from '../../lib/registry/deed.ts';
import {
  type ManualDecision,
  type ManualOutcome,
  promoteByHand,
  retireVersion,
} from '../../lib/registry/manual-decisions.ts';
import { stateOf } from './champion-state.ts';
import type { ModelsDependencies } from './dependencies.ts';
import { unknownVersion } from './path.ts';

/** The change that a person requests, and who that person is. */
export type ChangeRequest = Omit<ManualDecision, 'decidedAt'>;

/**
 * Promotes a version, or rolls back to it. Its artifact is first read and compared with what was registered.
 *
 * @throws HttpError 404 for an unknown model or version; 409 `conflict` when another decision came first,
 * `version_retired` or `artifact_missing`, each with the newest decision as `current`
 */
export async function promoteVersion(
  request: ChangeRequest,
  deps: ModelsDependencies,
): Promise<ChangeAnswer> {
  const { s3, table, modelsBucket } = deps;
  const outcome = await promoteByHand(table, stamped(request, deps), (entry) =>
    isArtifactIntact(s3, modelsBucket, entry),
  );
  return await settle(request, outcome, deps);
}

/**
 * Retires a version for good.
 *
 * @throws HttpError 404 for an unknown model or version; 409 `conflict`, `version_in_use` for the champion,
 *   or `version_aliased` for what an alias names
 */
export async function retire(request: ChangeRequest, deps: ModelsDependencies): Promise<ChangeAnswer> {
  return await settle(request, await retireVersion(deps.table, stamped(request, deps)), deps);
}

const stamped = (request: ChangeRequest, { now }: ModelsDependencies): ManualDecision => ({
  ...request,
  decidedAt: new Date(now()).toISOString(),
});

async function settle(
  request: ChangeRequest,
  outcome: ManualOutcome,
  deps: ModelsDependencies,
): Promise<ChangeAnswer> {
  const { entry, changed } = await settledEntry(request, outcome, deps);
  return { ...stateOf(request.model, entry), changed };
}

/**
 * The newest decision after a change, and whether the change made it.
 *
 * @throws HttpError 404 for an unknown model or version; 409 with the newest decision as `current`
 */
export async function settledEntry(
  request: Pick<ChangeRequest, 'model' | 'version' | 'basedOn'>,
  outcome: ManualOutcome,
  { table, logger }: ModelsDependencies,
): Promise<{ readonly entry: DecisionEntry; readonly changed: boolean }> {
  const { model, version, basedOn } = request;
  switch (outcome.kind) {
    case 'decided': {
      const { action, actor, from, to, held, alias, reason, decision } = outcome.entry;
      logger.info('decided', { model, action, actor, from, to, held, alias, reason, decision });
      return { entry: outcome.entry, changed: true };
    }
    case 'in_force':
      return { entry: outcome.current, changed: false };
    case 'conflict':
      throw conflict('conflict', describeConflict(basedOn, outcome.current), model, outcome.current);
    case 'refused':
      if (outcome.refusal === 'unknown_version' || outcome.refusal === 'unknown_alias')
        throw await unknownVersion(table, model, version);
      throw conflict(CODES[outcome.refusal], REFUSALS[outcome.refusal](request), model, outcome.current);
  }
}

function conflict(code: string, detail: string, model: string, current: DecisionEntry | undefined) {
  const members: ConflictMembers = { current: stateOf(model, current) };
  return new HttpError(409, code, detail, { members });
}

function describeConflict(basedOn: number, current: DecisionEntry | undefined): string {
  if (!current)
    return `The change is based on decision ${basedOn}, but there is none yet: send "decision": 0.`;
  const { decision, actor, reason } = current;
  return `The change is based on decision ${basedOn}, but the newest is ${decision}: ${deed(current)} by ${actor} (${reason}). To go on all the same, send "decision": ${decision}.`;
}

function deed(entry: DecisionEntry): string {
  if (entry.action === 'promote') return `v${entry.to} was promoted`;
  return entry.action === 'rollback' ? `rolled back to v${entry.to}` : deedOf(entry);
}

const CODES = {
  retired: 'version_retired',
  in_use: 'version_in_use',
  aliased: 'version_aliased',
  alias_limit: 'alias_limit',
  artifact_missing: 'artifact_missing',
} as const;

const ANEW = 'To train the same data anew, change the seed in TRAINING_SETTINGS and upload it again.';

const REFUSALS: Record<keyof typeof CODES, (request: Pick<ChangeRequest, 'model' | 'version'>) => string> = {
  retired: ({ model, version }) =>
    `v${version} was retired for good: GET /models/${model}/decisions says by whom and why. ${ANEW}`,
  aliased: ({ model, version }) =>
    `An alias names v${version}, so that requests by it would be left without an answer: GET /models/${model}/aliases says which. Give it to another version, or take it away, first.`,
  alias_limit: ({ model }) =>
    `The model "${model}" has ${MAX_ALIASES} aliases, which is the most: take one away first.`,
  in_use: ({ version }) => `v${version} is the champion: promote another version first.`,
  artifact_missing: ({ model, version }) =>
    `The artifact of v${version} is not in the models bucket as it was registered, so there is nothing to predict with. Restore the object that GET /models/${model}/versions/${version} names from the bucket's older versions. ${ANEW}`,
};
