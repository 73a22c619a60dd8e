import * as z from 'zod/mini';
import { byCodeUnits } from '../../../lib/code-units.ts';
import { sourceRecord } from '../../../lib/dataset/manifest.ts';
import { RefusedFileError } from '../../../lib/errors.ts';
import { folderOf, isBesideParts, isSetMarker, isTableName } from '../../../lib/names.ts';
import { listObjectVersions, versionIdOf } from '../../../lib/storage/object-versions.ts';
import { putObjectIfAbsent } from '../../../lib/storage/objects.ts';
import { setKeys } from '../../../lib/storage/set-keys.ts';
import { shown } from '../../../lib/text-safety.ts';
import type { IngestDependencies } from '../dependencies.ts';
import { pretty, readJson, type Upload } from '../upload.ts';

const count = z.int().check(z.minimum(0));

/** One version of an object that is part of a set. */
const pinnedPart = z.object({
  /** Its key without the folder of the set. */
  name: z.string(),
  key: z.string(),
  version_id: z.nullable(z.string()),
  size_bytes: count,
});

export type PinnedPart = z.infer<typeof pinnedPart>;

/** What a set was when it was completed. Every step reads this, whatever becomes of the folder. */
const pinnedSet = z.object({
  object: z.object({
    bucket: z.string(),
    key: z.string(),
    versionId: z.optional(z.string()),
    sizeBytes: count,
    sequencer: z.optional(z.string()),
    eventTime: z.string(),
  }),
  contract: z.nullable(z.object({ version_id: z.string(), sha256: z.string() })),
  applied_at: z.nullable(z.string()),
  metadata: z.record(z.string(), z.string()),
  source: sourceRecord,
  parts: z.array(pinnedPart),
});

export type PinnedSet = z.infer<typeof pinnedSet>;

/** Freezes which objects are the parts of a set, unless an earlier delivery did: it may see other ones. */
export async function pinSet(upload: Upload, deps: IngestDependencies): Promise<PinnedSet> {
  const known = await readPinnedSet(upload.model, upload.id, deps);
  if (known) return known;
  const { object, contract, appliedAt, facts, source } = upload;
  const parts = await partsBeside(upload, deps);
  const size_bytes = parts.reduce((sum, part) => sum + part.size_bytes, 0);
  const { versionId, sequencer, ...named } = object;
  const set: PinnedSet = {
    object: {
      ...named,
      ...(versionId === undefined ? {} : { versionId }),
      ...(sequencer === undefined ? {} : { sequencer }),
    },
    contract,
    applied_at: appliedAt ?? null,
    metadata: { ...facts.metadata },
    source: { ...source, size_bytes, parts: parts.length },
    parts,
  };
  const at = { bucket: deps.processedBucket, key: setKeys(upload.model, upload.id).pinned };
  if ((await putObjectIfAbsent(deps.s3, at, pretty(set), 'application/json')) === 'written') return set;
  return (await readPinnedSet(upload.model, upload.id, deps))!;
}

/** Undefined before the set was pinned. */
export async function readPinnedSet(
  model: string,
  id: string,
  deps: IngestDependencies,
): Promise<PinnedSet | undefined> {
  const found = await readJson<unknown>(setKeys(model, id).pinned, deps);
  return found === undefined ? undefined : z.parse(pinnedSet, found);
}

/** The newest version of each object beside the one that completes the set, in the order of their keys. */
async function partsBeside({ object }: Upload, { s3 }: IngestDependencies): Promise<PinnedPart[]> {
  const folder = folderOf(object.key);
  const parts: PinnedPart[] = [];
  for await (const version of listObjectVersions(s3, object.bucket, folder)) {
    const key = version.Key!;
    const name = key.slice(folder.length);
    if (version.isHidden || !version.IsLatest || isSetMarker(name) || isBesideParts(name)) continue;
    parts.push({ name, key, version_id: versionIdOf(version), size_bytes: version.Size ?? 0 });
  }
  return parts.sort((a, b) => byCodeUnits(a.key, b.key));
}

/**
 * Refuses a set that is not worth opening.
 *
 * @throws RefusedFileError `parts`, `size`
 */
export function checkSet(
  { parts, source: { size_bytes } }: PinnedSet,
  { maxSetParts, maxSetBytes }: Pick<IngestDependencies, 'maxSetParts' | 'maxSetBytes'>,
): void {
  const again = 'then put _COMPLETE again';
  if (parts.length === 0)
    throw new RefusedFileError('parts', 'the set has no parts; expected files beside _COMPLETE', {
      fix: `put the parts, ${again}`,
    });
  const other = parts.find(({ name }) => name.includes('/') || !isTableName(name));
  if (other)
    throw new RefusedFileError('parts', `${shown(other.name)} is no part: its name is not one of a table`, {
      fix: `delete it, or rename it, ${again}`,
    });
  if (parts.length > maxSetParts)
    throw new RefusedFileError(
      'parts',
      `the set has ${parts.length} parts; at most ${maxSetParts} are read`,
      {
        fix: `join some, ${again}`,
      },
    );
  if (size_bytes > maxSetBytes)
    throw new RefusedFileError(
      'size',
      `the parts have ${size_bytes} bytes; at most ${maxSetBytes} are read`,
      {
        fix: 'train on fewer rows, or on a sample of them',
      },
    );
}
