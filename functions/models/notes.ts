import { HttpError } from '../../lib/http/problem.ts';
import type { NotesAnswer, VersionNotes } from '../../lib/http/schemas/models-api.ts';
import {
  type VersionNotes as KeptNotes,
  type NotesRequest,
  writeNotes,
} from '../../lib/registry/version-notes.ts';
import type { ModelsDependencies } from './dependencies.ts';
import { requireVersion } from './path.ts';

const NONE: VersionNotes = { note: '', tags: [], revision: 0, actor: null, noted_at: null };

/** The notes on a version, as answers show them. */
export function shownNotes(kept: KeptNotes | undefined): VersionNotes {
  if (!kept) return NONE;
  const { note, tags, revision, actor, noted_at } = kept;
  return { note, tags, revision, actor, noted_at };
}

/**
 * Replaces the notes on a version.
 *
 * @throws HttpError 404 for an unknown model or version; 409 `conflict` when another writing came first, with
 *   what it wrote as `current`
 */
export async function putNotes(
  request: Omit<NotesRequest, 'notedAt'>,
  { table, now, logger }: ModelsDependencies,
): Promise<NotesAnswer> {
  const { model, version, basedOn, actor } = request;
  await requireVersion(table, model, version);
  const notedAt = new Date(now()).toISOString();
  const { isWritten, notes } = await writeNotes(table, { ...request, notedAt });
  const current = shownNotes(notes);
  if (isWritten) {
    logger.info('noted', { model, version, actor, revision: current.revision });
    return { model, version, ...current };
  }
  const detail = `The change is based on revision ${basedOn}, but the newest is ${current.revision}. To write all the same, send "revision": ${current.revision}.`;
  throw new HttpError(409, 'conflict', detail, { members: { current } });
}
