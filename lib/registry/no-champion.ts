import { describeFailures } from '../training/gate-verdict.ts';
import type { DecisionEntry } from './decisions.ts';
import type { VersionEntry } from './versions.ts';

/** What of a decision tells what became of a version that was never promoted. */
type NewestFate = Pick<DecisionEntry, 'action' | 'from' | 'held'>;

/** Why a model cannot answer, as a sentence for people, and when to ask again. */
export interface NoChampion {
  readonly reason: string;
  readonly retryAfterSeconds: number;
}

/** A version is trained or promoted within seconds to minutes: a waiting caller should see it soon. */
const SOON_SECONDS = 5;
/** Nothing will change until a person acts. */
const LATER_SECONDS = 60;

/** The decision that retired a version or holds it; undefined where there is none. */
export const fateOf = (log: readonly DecisionEntry[], version: number): NewestFate | undefined =>
  log.findLast(({ action, from, held }) => (action === 'retire' ? from : held) === version);

/**
 * Why a known model has no champion.
 *
 * @param newest the newest version; undefined when there is none
 * @param lastDecision as fateOf gives it
 * @param refusal what newestRefusal says
 */
export function whyNoChampion(
  model: string,
  newest: Pick<VersionEntry, 'version' | 'gate'> | undefined,
  lastDecision?: NewestFate,
  refusal?: string,
): NoChampion {
  if (refusal === undefined) return standingOf(model, newest, lastDecision);
  if (!newest)
    return {
      reason: `The model "${model}" has no champion yet: ${refusal}`,
      retryAfterSeconds: LATER_SECONDS,
    };
  const standing = standingOf(model, newest, lastDecision);
  return { ...standing, reason: `${standing.reason} Besides, ${refusal}` };
}

function standingOf(
  model: string,
  newest: Pick<VersionEntry, 'version' | 'gate'> | undefined,
  lastDecision: NewestFate | undefined,
): NoChampion {
  const said = `The model "${model}" has no champion yet: `;
  if (!newest)
    return { reason: `${said}its first version is being trained.`, retryAfterSeconds: SOON_SECONDS };
  const name = `v${newest.version}`;
  if (lastDecision?.action === 'retire' && lastDecision.from === newest.version) {
    return {
      reason: `${said}${name} was retired. Upload data, or promote another version by hand.`,
      retryAfterSeconds: LATER_SECONDS,
    };
  }
  if (lastDecision?.action === 'hold' && lastDecision.held === newest.version) {
    const reason = `${said}${name} passed the quality gate and waits for approval, as its contract asks ("promotion": "by_hand"); promote it by hand.`;
    return { reason, retryAfterSeconds: LATER_SECONDS };
  }
  if (newest.gate.passed) {
    const reason = `${said}${name} is registered and was not promoted; promote it by hand.`;
    return { reason, retryAfterSeconds: SOON_SECONDS };
  }
  const failures = describeFailures(newest.gate);
  return {
    reason: `${said}${name} did not pass the quality gate (${failures}). Upload better data, or promote it by hand.`,
    retryAfterSeconds: LATER_SECONDS,
  };
}
