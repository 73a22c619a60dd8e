import { REFUSAL_CODES } from '../dataset/csv/codes.ts';
import { isModelName } from '../names.ts';
import { type BatchEntry, getRankedBatch } from '../registry/batches.ts';
import type { Notice, ToldStatus } from '../registry/notices.ts';
import type { RegistryTable } from '../registry/table.ts';
import { getRankedUpload, type UploadEntry } from '../registry/uploads.ts';
import type { EventDraft, EventType } from './event.ts';

type Of<Kind extends Notice['kind']> = Extract<Notice, { kind: Kind }>;

/** What becomes of a notice: an event; nothing, ever; or nothing yet. */
export type NoticeMeaning = EventDraft | 'nothing' | 'not_yet';

interface NoticeSources {
  readonly table: RegistryTable;
  /** Milliseconds since the epoch: when an upload's step is noticed, which the ledger does not date. */
  readonly now: () => number;
}

/** What a notice tells. */
export async function meaningOf(notice: Notice, sources: NoticeSources): Promise<NoticeMeaning> {
  switch (notice.kind) {
    case 'upload':
      return await uploadMeaning(notice, sources);
    case 'batch':
      return await batchMeaning(notice, sources);
    case 'drift':
      return driftEvent(notice);
  }
}

/**
 * A notice of a step is put before the ledger moves. The ledger moves forward only: below the notice's rank
 * the step may still come, at its rank the ledger tells whether it did, and above it never will.
 */
function standingOf(found: { readonly rank: number } | undefined, rank: number): 'here' | 'over' | 'not_yet' {
  if (!found || found.rank < rank) return 'not_yet';
  return found.rank === rank ? 'here' : 'over';
}

async function uploadMeaning(notice: Of<'upload'>, { table, now }: NoticeSources): Promise<NoticeMeaning> {
  const found = await getRankedUpload(table, notice.model, notice.upload_id);
  const standing = standingOf(found, notice.upload_rank);
  if (standing === 'not_yet') return standing;
  if (standing === 'over' || found!.entry.status !== notice.status) return 'nothing';
  return uploadEvent(found!.entry, notice, new Date(now()).toISOString());
}

async function batchMeaning(notice: Of<'batch'>, { table, now }: NoticeSources): Promise<NoticeMeaning> {
  const found = await getRankedBatch(table, notice.model, notice.batch_id);
  const standing = standingOf(found, notice.batch_rank);
  if (standing === 'not_yet') return standing;
  if (standing === 'over' || found!.entry.state !== notice.state) return 'nothing';
  return batchEvent(found!.entry, notice, new Date(now()).toISOString());
}

const UPLOAD_TYPES = {
  refused: 'classifier.upload.refused',
  failed: 'classifier.upload.failed',
  training_failed: 'classifier.training.failed',
} as const satisfies Readonly<Record<ToldStatus, EventType>>;

const UPLOAD_WORDS: Readonly<Record<ToldStatus, string>> = {
  refused: 'a file was refused',
  failed: 'a file was given up after all attempts',
  training_failed: 'no model can be learnt from a file',
};

/** The detail of a ledger entry quotes rows: of it only the code is told, which is one of a closed list. */
function uploadEvent(entry: UploadEntry, { status, upload_rank }: Of<'upload'>, time: string): EventDraft {
  const { model, upload_id, key, version_id, uploaded_at, detail = '' } = entry;
  const code = REFUSAL_CODES.find((known) => status === 'refused' && detail.startsWith(`${known}: `)) ?? null;
  const upload = `/models/${model}/uploads/${upload_id}`;
  return {
    id: `${model}/uploads/${upload_id}/${status}-${upload_rank * 10}`,
    type: UPLOAD_TYPES[status],
    model,
    time,
    summary: `Model ${model}: ${UPLOAD_WORDS[status]}${code === null ? '' : ` (${code})`}.`,
    facts: { upload_id, status, code, source: { key, version_id, uploaded_at } },
    // A file of no model has no address.
    links: isModelName(model) ? { upload, report: `${upload}/report` } : {},
  };
}

/** Its reason may quote the file. */
function batchEvent(entry: BatchEntry, { batch_rank }: Of<'batch'>, noticedAt: string): EventDraft {
  const { model, batch_id, state, attempt, version, artifact_sha256, key, version_id, rows } = entry;
  const batch = `/models/${model}/batches/${batch_id}`;
  const read = rows === undefined ? '' : `, ${rows.read} rows`;
  return {
    id: `${model}/batches/${batch_id}/${state}-${batch_rank}`,
    type: 'classifier.batch.ended',
    model,
    time: entry.ended_at ?? noticedAt,
    summary: `Model ${model}: a batch ended ${state}${read}.`,
    facts: {
      batch_id,
      state,
      attempt,
      version,
      artifact_sha256,
      source: { key, version_id },
      rows: rows ?? null,
    },
    links: {
      batch,
      ...(version === null ? {} : { version: `/models/${model}/versions/${version}` }),
    },
  };
}

function driftEvent(notice: Of<'drift'>): EventDraft {
  const { model, version, artifact_sha256, records, from, to, columns, drifting } = notice;
  return {
    id: driftId(notice),
    type: 'classifier.drift.detected',
    model,
    time: to,
    summary: `Model ${model}: predictions of v${version} drifted, by ${drifting} of ${columns} columns.`,
    facts: { version, artifact_sha256, records, from, to, columns, drifting },
    links: { model: `/models/${model}`, version: `/models/${model}/versions/${version}` },
  };
}

/** Identifies a comparison by its version and its newest prediction. */
export const driftId = ({ model, version, to }: Pick<Of<'drift'>, 'model' | 'version' | 'to'>) =>
  `${model}/drift/v${version}-${to.replaceAll(/\D/g, '')}`;
