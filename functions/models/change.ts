import { HttpError } from '../../lib/http/problem.ts';
import type { ChangeAnswer, ConflictMembers } from '../../lib/http/schemas/models-api.ts';
import { isArtifactIntact } from '../../lib/registry/artifact-check.ts';
import type { DecisionEntry } from '../../lib/registry/decisions.ts';
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
 * @throws HttpError 404 for an unknown model or version; 409 `conflict`, or `version_in_use` for the champion
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
  { table, logger }: ModelsDependencies,
): Promise<ChangeAnswer> {
  const { model, version, basedOn } = request;
  switch (outcome.kind) {
    case 'decided': {
      const { action, actor, from, to, reason, decision } = outcome.entry;
      logger.info('decided', { model, action, actor, from, to, reason, decision });
      return { ...stateOf(model, outcome.entry), changed: true };
    }
    case 'in_force':
      return { ...stateOf(model, outcome.current), changed: false };
    case 'conflict':
      throw conflict('conflict', describeConflict(basedOn, outcome.current), model, outcome.current);
    case 'refused':
      if (outcome.refusal === 'unknown_version') throw await unknownVersion(table, model, version);
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

function deed({ action, from, to }: DecisionEntry): string {
  if (action === 'retire') return `v${from} was retired`;
  return action === 'rollback' ? `rolled back to v${to}` : `v${to} was promoted`;
}

const CODES = {
  retired: 'version_retired',
  in_use: 'version_in_use',
  artifact_missing: 'artifact_missing',
} as const;

const ANEW = 'To train the same data anew, change the seed in TRAINING_SETTINGS and upload it again.';

const REFUSALS: Record<keyof typeof CODES, (request: ChangeRequest) => string> = {
  retired: ({ model, version }) =>
    `v${version} was retired for good: GET /models/${model}/decisions says by whom and why. ${ANEW}`,
  in_use: ({ version }) => `v${version} is the champion: promote another version first.`,
  artifact_missing: ({ model, version }) =>
    `The artifact of v${version} is not in the models bucket as it was registered, so there is nothing to predict with. Restore the object that GET /models/${model}/versions/${version} names from the bucket's older versions. ${ANEW}`,
};
