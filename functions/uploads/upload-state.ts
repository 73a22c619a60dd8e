import * as z from 'zod/mini';
import type { UploadState } from '../../lib/http/schemas/uploads-api.ts';
import { parseRawKey, type RawKey } from '../../lib/names.ts';
import { isFinished, type UploadEntry, type UploadStatus } from '../../lib/registry/uploads.ts';
import { readObject } from '../../lib/storage/objects.ts';
import { uploadKeys } from '../../lib/storage/upload-keys.ts';
import { TICKET_SECONDS, type UploadTicket } from '../../lib/storage/upload-ticket.ts';
import { UPLOAD_STAGES, type UploadStateName } from '../../lib/upload-progress.ts';
import type { UploadsDependencies } from './dependencies.ts';
import { type FoundUpload, findUpload } from './find-upload.ts';
import { type RefusalPart, readRefusal } from './read-refusal.ts';

type StageStatus = UploadState['stages'][number]['status'];

/** What people look at of a manifest. It is open, because other releases may have written more. */
const manifestPart = z.object({
  rows: z.object({ read: z.int(), accepted: z.int(), rejected: z.int(), blank: z.int() }),
  source: z.object({ size_bytes: z.int() }),
});
/**
 * What became of an upload: from the ledger once its reading began, before that from the bucket.
 *
 * @throws HttpError 404 for an unknown upload
 */
export async function uploadState(
  model: string,
  id: string,
  deps: UploadsDependencies,
): Promise<UploadState> {
  const found = await findUpload(model, id, deps);
  const { entry, ticket, sent } = found;
  const state = stateOf(found, deps.now());
  const refusal = entry && state === 'refused' ? await readRefusal(entry, deps) : undefined;
  const accepted = entry && MANIFEST.has(state) ? await readManifest(entry, deps) : undefined;
  const key = entry?.key ?? ticket!.key;
  return {
    id,
    upload_id: entry?.upload_id ?? null,
    model,
    key,
    version_id: entry?.version_id ?? sent?.versionId ?? null,
    size_bytes: ticket?.sizeBytes ?? (accepted ?? refusal)?.source.size_bytes ?? null,
    uploaded_at: entry?.uploaded_at ?? sent?.lastModified ?? null,
    expires_at: entry || sent || !ticket ? null : new Date(expiryMs(ticket)).toISOString(),
    state,
    phase: state === 'training' ? (entry?.phase ?? null) : null,
    is_done: entry ? isFinished(entry) : state === 'expired',
    stages: stagesOf(state, parseRawKey(key).kind, accepted !== undefined),
    detail: entry?.detail ?? null,
    rows: accepted?.rows ?? null,
    version: entry?.version ?? null,
    refusal: refusal ? shownRefusal(refusal) : null,
    read_again: entry?.effect?.kind === 'read_again' ? (entry.effect.file?.upload_id ?? null) : null,
  };
}

const shownRefusal = ({ code, message, line, fix, understood }: RefusalPart) => ({
  code,
  message,
  line,
  fix,
  understood,
});

const expiryMs = ({ issuedSeconds }: UploadTicket) => (issuedSeconds + TICKET_SECONDS) * 1000;

const STATES: Readonly<Record<UploadStatus, UploadStateName>> = {
  received: 'reading',
  gone: 'gone',
  failed: 'failed',
  refused: 'refused',
  accepted: 'accepted',
  applied: 'applied',
  training_failed: 'failed',
  registered: 'registered',
  promoted: 'promoted',
};

function stateOf({ entry, sent, ticket }: FoundUpload, nowMs: number): UploadStateName {
  if (entry) {
    const state = STATES[entry.status];
    // Training may begin before the ledger has the acceptance.
    const isTraining = (state === 'accepted' || state === 'reading') && entry.phase !== undefined;
    return isTraining ? 'training' : state;
  }
  if (sent) return 'received';
  return nowMs < expiryMs(ticket!) ? 'waiting' : 'expired';
}

/** The states of a table whose manifest is there, or may be. */
const MANIFEST: ReadonlySet<UploadStateName> = new Set([
  'reading',
  'accepted',
  'training',
  'failed',
  'gone',
  'registered',
  'promoted',
] as const);

/** Of each state, the status of sending, reading, training and promoting. */
const STAGES: Readonly<
  Record<UploadStateName, readonly [StageStatus, StageStatus, StageStatus, StageStatus]>
> = {
  waiting: ['waiting', 'waiting', 'waiting', 'waiting'],
  expired: ['failed', 'skipped', 'skipped', 'skipped'],
  received: ['done', 'waiting', 'waiting', 'waiting'],
  reading: ['done', 'running', 'waiting', 'waiting'],
  refused: ['done', 'failed', 'skipped', 'skipped'],
  gone: ['done', 'done', 'failed', 'skipped'],
  accepted: ['done', 'done', 'waiting', 'waiting'],
  training: ['done', 'done', 'running', 'waiting'],
  failed: ['done', 'done', 'failed', 'skipped'],
  registered: ['done', 'done', 'done', 'skipped'],
  promoted: ['done', 'done', 'done', 'done'],
  applied: ['done', 'done', 'skipped', 'skipped'],
};

/**
 * A contract is sent and read; what trains is the file that is read again under it, an upload of its own.
 *
 * @param isRead whether its rows are stored
 */
function stagesOf(state: UploadStateName, kind: RawKey['kind'], isRead: boolean): UploadState['stages'] {
  const shown = kind === 'contract' ? UPLOAD_STAGES.slice(0, 2) : UPLOAD_STAGES;
  const isUnread = (state === 'failed' || state === 'gone') && !isRead;
  const statuses = STAGES[isUnread ? 'refused' : state];
  return shown.map((stage, at) => ({ stage, status: statuses[at]! }));
}

/** The manifest of an accepted upload. */
async function readManifest(
  { model, upload_id }: UploadEntry,
  { s3, processedBucket }: UploadsDependencies,
): Promise<z.infer<typeof manifestPart> | undefined> {
  const bytes = await readObject(s3, { bucket: processedBucket, key: uploadKeys(model, upload_id).manifest });
  return bytes && z.parse(manifestPart, JSON.parse(Buffer.from(bytes).toString('utf8')));
}
