import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { byCodeUnits } from '../code-units.ts';
import { numberedKey } from './item-reads.ts';
import type { RegistryTable } from './table.ts';
import { modelPartition } from './versions.ts';

/**
 * What people wrote on a version: `sk=NOTES#<version>`. Apart from the version's entry, which never changes.
 * Each writing replaces the one before; its revision is the item's rank, and so the compare-and-set.
 */
const versionNotes = z.object({
  version: z.int(),
  note: z.string(),
  /** In code-unit order. */
  tags: z.array(z.string()),
  revision: z.int().check(z.minimum(1)),
  actor: z.string(),
  /** ISO 8601, UTC. */
  noted_at: z.string(),
});

export type VersionNotes = z.infer<typeof versionNotes>;

const PREFIX = 'NOTES';

/** A writing that a person asks for. */
export interface NotesRequest {
  readonly model: string;
  readonly version: number;
  readonly note: string;
  readonly tags: readonly string[];
  /** The revision that the person saw: 0 before the first. */
  readonly basedOn: number;
  readonly actor: string;
  /** ISO 8601, UTC. */
  readonly notedAt: string;
}

/**
 * Writes the notes on a version, which must exist.
 *
 * @returns the notes as they are now, and whether these are they; if not, another writing came first
 */
export async function writeNotes(
  table: RegistryTable,
  { model, version, note, tags, basedOn, actor, notedAt }: NotesRequest,
): Promise<{ readonly isWritten: boolean; readonly notes: VersionNotes | undefined }> {
  const before = await notesOn(table, model, version);
  if ((before?.revision ?? 0) !== basedOn) return { isWritten: false, notes: before };
  const revision = basedOn + 1;
  const sorted = [...new Set(tags)].sort(byCodeUnits);
  const notes = { version, note, tags: sorted, revision, actor, noted_at: notedAt };
  const writeId = randomUUID();
  const key = [modelPartition(model), numberedKey(PREFIX, version)] as const;
  if (await table.advance(...key, revision, { ...notes, write_id: writeId }))
    return { isWritten: true, notes };
  // Refused, or done by a request whose reply was lost and that was then sent again.
  const item = await table.get(...key);
  return { isWritten: item?.write_id === writeId, notes: item && z.parse(versionNotes, item) };
}

/** The notes on a version; undefined before the first. */
export async function notesOn(
  table: RegistryTable,
  model: string,
  version: number,
): Promise<VersionNotes | undefined> {
  const item = await table.get(modelPartition(model), numberedKey(PREFIX, version));
  return item && z.parse(versionNotes, item);
}

/**
 * The notes on some versions that follow one another, by version.
 *
 * @param window the newest of them, and how many they are
 */
export async function notesWithin(
  table: RegistryTable,
  model: string,
  { newest, count }: { readonly newest: number; readonly count: number },
): Promise<Map<number, VersionNotes>> {
  const { items } = await table.page(modelPartition(model), `${PREFIX}#`, {
    ...{ limit: count, order: 'descending' },
    after: numberedKey(PREFIX, newest + 1),
  });
  return new Map(items.map((item) => z.parse(versionNotes, item)).map((notes) => [notes.version, notes]));
}

/** The notes that have a tag, newest version first. */
export async function* notesTagged(
  table: RegistryTable,
  model: string,
  tag: string,
): AsyncGenerator<VersionNotes> {
  for await (const item of table.list(modelPartition(model), `${PREFIX}#`, 'descending')) {
    const notes = z.parse(versionNotes, item);
    if (notes.tags.includes(tag)) yield notes;
  }
}
