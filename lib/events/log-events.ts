import * as z from 'zod/mini';
import type { DecisionEntry } from '../registry/decisions.ts';
import { deedOf } from '../registry/deed.ts';
import type { VersionEntry } from '../registry/versions.ts';
import { gateOutcome } from '../training/gate-verdict.ts';
import type { EventDraft, EventType } from './event.ts';

/**
 * What of a version's lineage is told. The rest names labels and columns, and says how cells were written.
 * A field of another shape is left out: an event must not fail, or show more, because of an old entry.
 */
const lineage = z.object({
  upload_id: z.catch(z.nullable(z.string()), null),
  code_version: z.catch(z.nullable(z.string()), null),
  algorithm_version: z.catch(z.nullable(z.union([z.string(), z.number()])), null),
  source: z.catch(
    z.nullable(
      z.object({
        bucket: z.string(),
        key: z.string(),
        version_id: z.nullable(z.string()),
        sha256: z.string(),
      }),
    ),
    null,
  ),
});

/** The events of one entry of the VERSION log. */
export function versionEvents(entry: VersionEntry): EventDraft[] {
  const { model, version, registered_at: time, gate } = entry;
  const verdict = gateOutcome(gate);
  const id = `${model}/versions/${version}`;
  const shared = { model, time, links: versionLinks(model, version) };
  const registered: EventDraft = {
    ...shared,
    id,
    type: 'classifier.version.registered',
    summary: `Model ${model}: v${version} is registered; the quality gate ${GATE_WORDS[verdict]}.`,
    facts: {
      version,
      gate: verdict,
      macro_f1: entry.metrics.macro_f1 ?? null,
      fingerprint: entry.fingerprint,
      dataset_sha256: entry.dataset_sha256,
      artifact_sha256: entry.artifact_sha256,
      ...z.parse(lineage, entry.lineage),
    },
  };
  if (gate.passed) return [registered];
  const failed: EventDraft = {
    ...shared,
    id: `${id}/gate`,
    type: 'classifier.gate.failed',
    summary: `Model ${model}: v${version} did not pass the quality gate; promote it by hand, or upload better data.`,
    facts: {
      version,
      failed_tests: gate.tests.filter(({ outcome }) => outcome === 'failed').map(({ test }) => test),
    },
  };
  return [registered, failed];
}

const GATE_WORDS = {
  passed: 'passed it',
  warned: 'passed it with a warning',
  failed: 'did not pass it',
} as const;

const DECISION_TYPES = {
  promote: 'classifier.version.promoted',
  rollback: 'classifier.version.rolled_back',
  retire: 'classifier.version.retired',
  hold: 'classifier.version.waiting',
  alias: 'classifier.alias.changed',
} as const satisfies Readonly<Record<DecisionEntry['action'], EventType>>;

/** The event of one entry of the DECISION log. Its reason is a free text, and is not told. */
export function decisionEvent(model: string, entry: DecisionEntry): EventDraft {
  const { decision, action, automatic, champion, from, to, held, alias, actor, decided_at: time } = entry;
  return {
    id: `${model}/decisions/${decision}`,
    type: DECISION_TYPES[action],
    model,
    time,
    summary: `Model ${model}: ${deedOf(entry)}${automatic ? '' : ', by hand'}.`,
    facts: { decision, action, automatic, champion, from, to, held, alias, actor },
    links: {
      decisions: `/models/${model}/decisions?before=${decision + 1}&limit=1`,
      ...versionLinks(model, to ?? held ?? alias?.to ?? from ?? alias?.from ?? null),
    },
  };
}

const versionLinks = (model: string, version: number | null): Readonly<Record<string, string>> => ({
  model: `/models/${model}`,
  ...(version === null
    ? {}
    : {
        version: `/models/${model}/versions/${version}`,
        report: `/models/${model}/versions/${version}/report`,
      }),
});
