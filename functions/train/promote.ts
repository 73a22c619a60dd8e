import type { Manifest } from '../../lib/dataset/manifest.ts';
import { type PromotionRefusal, promoteAutomatically } from '../../lib/registry/automatic-promotion.ts';
import { type DecisionEntry, decisionLog } from '../../lib/registry/decisions.ts';
import type { RegistryTable } from '../../lib/registry/table.ts';
import { recordUpload, type UploadEntry } from '../../lib/registry/uploads.ts';
import { takesSameRequests } from '../../lib/registry/version-schema.ts';
import { getVersion, type VersionEntry } from '../../lib/registry/versions.ts';
import type { EmitMetric } from '../../lib/telemetry/metrics.ts';
import { describeFailures, describeWarnings } from '../../lib/training/gate-verdict.ts';

export interface PromoteDependencies {
  readonly table: RegistryTable;
  readonly emit: EmitMetric;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface PromoteOutcome {
  readonly kind: 'promoted' | 'kept';
  readonly model: string;
  readonly version: number;
  readonly macroF1: number;
  readonly detail: string;
}

/**
 * Makes a registered version the champion unless the quality gate or a rule of the registry forbids it, and
 * records the result of the upload. A repeated call finds the earlier decision.
 */
export async function promote(
  manifest: Manifest,
  entry: VersionEntry,
  deps: PromoteDependencies,
): Promise<PromoteOutcome> {
  const macroF1 = entry.metrics.macro_f1 ?? 0;
  const named = { model: manifest.model, version: entry.version, macroF1 };
  deps.emit('modelMacroF1', { model: manifest.model }, macroF1);
  if (!entry.gate.passed) {
    const detail = `not promoted: ${describeFailures(entry.gate)}`;
    await recordTraining(deps.table, manifest, { status: 'registered', detail, version: entry.version });
    return { kind: 'kept', ...named, detail };
  }
  const { key, sequencer, uploaded_at } = manifest.source;
  const promotion = await promoteAutomatically(deps.table, {
    model: manifest.model,
    version: entry.version,
    source: { key, sequencer, uploaded_at },
    reason: `trained from ${key}: macro-F1 ${macroF1.toFixed(4)} on held-out rows`,
    decidedAt: new Date(deps.now()).toISOString(),
    heldBecause: manifest.promotion === 'by_hand' ? heldBecause(entry) : undefined,
    isCompatibleWith: async (champion) => {
      const other = await getVersion(deps.table, manifest.model, champion);
      return other !== undefined && takesSameRequests(other, entry);
    },
  });
  const standing = promotion.promoted
    ? 'promoted'
    : await standingOf(manifest, entry, promotion.refusal, deps);
  if (standing === 'promoted' || standing === 'promoted_before') {
    const said =
      standing === 'promoted'
        ? `v${entry.version} became the champion`
        : `v${entry.version} was promoted; another version has taken its place since`;
    const detail = [said, describeWarnings(entry.gate)].filter(Boolean).join('; ');
    await recordTraining(deps.table, manifest, { status: 'promoted', detail, version: entry.version });
    return { kind: 'promoted', ...named, detail };
  }
  const detail = REASONS[standing];
  await recordTraining(deps.table, manifest, { status: 'registered', detail, version: entry.version });
  return { kind: 'kept', ...named, detail };
}

/** Why a version waits for a person. The log keeps it, and the card shows it. */
const heldBecause = ({ gate, metrics: { macro_f1 = 0 } }: VersionEntry) =>
  [
    `it passed the quality gate with macro-F1 ${macro_f1.toFixed(4)}, and its contract has "promotion": "by_hand"`,
    describeWarnings(gate),
  ]
    .filter(Boolean)
    .join('; ');

type Standing = PromotionRefusal | 'promoted' | 'promoted_before' | 'champion_already';

/**
 * Why a version was not promoted now.
 *
 * `promoted` and `promoted_before`: an earlier attempt promoted this upload's version and was aborted before
 * it could record that. The version may have been rolled back since.
 *
 * `champion_already`: another upload of the same data promoted it.
 */
async function standingOf(
  { model, source }: Manifest,
  { version }: VersionEntry,
  refusal: PromotionRefusal,
  { table }: PromoteDependencies,
): Promise<Standing> {
  const log = await decisionLog(table, model);
  const isChampion = log.at(-1)?.champion === version;
  const isThisUploads = ({ automatic, to, high_water }: DecisionEntry) =>
    automatic &&
    to === version &&
    high_water?.key === source.key &&
    high_water.sequencer === source.sequencer &&
    high_water.uploaded_at === source.uploaded_at;
  if (log.some(isThisUploads)) return isChampion ? 'promoted' : 'promoted_before';
  return isChampion ? 'champion_already' : refusal;
}

const REASONS = {
  champion_already: 'nothing changes: it holds the same data as this version, which is the champion already',
  older_source: 'not promoted: a newer upload was promoted already',
  was_champion_before:
    'not promoted: this version was the champion before; promote it by hand to bring it back',
  held: 'waits for approval: it passed the quality gate, and its contract has "promotion": "by_hand"; promote it by hand',
  retired:
    'not promoted: this version was retired; to train the same data anew, change the seed in TRAINING_SETTINGS',
  schema_changed:
    "not promoted: its features differ from the champion's, so requests would break; promote it by hand",
} as const;

/** Records in the ledger the result of training on an upload. */
export async function recordTraining(
  table: RegistryTable,
  manifest: Manifest,
  step: Pick<UploadEntry, 'status' | 'detail' | 'version'>,
): Promise<void> {
  await recordUpload(table, {
    model: manifest.model,
    upload_id: manifest.upload_id,
    key: manifest.source.key,
    version_id: manifest.source.version_id,
    uploaded_at: manifest.source.uploaded_at,
    ...step,
  });
}
