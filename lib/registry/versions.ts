import * as z from 'zod/mini';
import { gateVerdict } from '../training/gate-verdict.ts';
import { type Item, numberedKey, type RegistryReads } from './item-reads.ts';
import type { RegistryTable } from './table.ts';

const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));

/** One entry of a model's VERSION log: immutable once written. */
export const versionEntry = z.object({
  model: z.string(),
  version: z.int().check(z.minimum(1)),
  /** Identifies the data and settings of the training: equal fingerprints mean the same version. */
  fingerprint: sha256,
  dataset_sha256: sha256,
  artifact_sha256: sha256,
  artifact_key: z.string(),
  report_key: z.string(),
  metrics: z.record(z.string(), z.number()),
  /** The quality gate's verdict at training. */
  gate: gateVerdict,
  settings: z.record(z.string(), z.unknown()),
  /** The schema's object in the models bucket (see version-schema.ts), and the sha256 of its bytes. */
  schema_key: z.optional(z.string()),
  schema_sha256: z.optional(sha256),
  /** Identifies what a request must contain. Versions with the same one take the same requests. */
  request_sha256: z.optional(sha256),
  /** The schema itself, in entries of releases that kept it here. They have none of the three above. */
  schema: z.optional(z.record(z.string(), z.unknown())),
  lineage: z.record(z.string(), z.unknown()),
  /** ISO 8601, UTC. */
  registered_at: z.string(),
});

export type VersionEntry = z.infer<typeof versionEntry>;

export const VERSION_PREFIX = 'VERSION';

export const modelPartition = (model: string) => `MODEL#${model}`;

/** The version with this fingerprint, or undefined. The FINGERPRINT item is only a hint: the log decides. */
export async function findByFingerprint(
  table: RegistryTable,
  model: string,
  fingerprint: string,
): Promise<VersionEntry | undefined> {
  const hint = await table.get(modelPartition(model), `FINGERPRINT#${fingerprint}`);
  if (typeof hint?.version === 'number') {
    const hinted = await getVersion(table, model, hint.version);
    if (hinted?.fingerprint === fingerprint) return hinted;
  }
  for await (const item of table.list(modelPartition(model), `${VERSION_PREFIX}#`)) {
    if (item.fingerprint === fingerprint) return readVersion(item);
  }
  return undefined;
}

/** One version of a model, or undefined when there is none with that number. */
export async function getVersion(
  table: RegistryReads,
  model: string,
  version: number,
): Promise<VersionEntry | undefined> {
  const item = await table.get(modelPartition(model), numberedKey(VERSION_PREFIX, version));
  return item && readVersion(item);
}

/** All versions of a model, oldest first. */
export async function versionLog(table: RegistryTable, model: string): Promise<VersionEntry[]> {
  const log: VersionEntry[] = [];
  for await (const item of table.list(modelPartition(model), `${VERSION_PREFIX}#`))
    log.push(readVersion(item));
  return log;
}

/** The newest version, or undefined when there is none. */
export async function newestVersion(table: RegistryReads, model: string): Promise<VersionEntry | undefined> {
  const item = await table.newest(modelPartition(model), VERSION_PREFIX);
  return item && readVersion(item);
}

/**
 * Appends a version to a model's log, which has no gaps, or finds the version that already has its
 * fingerprint. Concurrent trainers of the same data get one version; trainers of different data get one each.
 * The number is chosen first, then all versions below it are read. A version that is registered in between
 * has that number, so the put fails and everything is read again.
 */
export async function registerVersion(
  table: RegistryTable,
  entry: Omit<VersionEntry, 'version'>,
): Promise<{ readonly entry: VersionEntry; readonly created: boolean }> {
  const pk = modelPartition(entry.model);
  await table.putIfAbsent({ pk: 'MODELS', sk: entry.model, model: entry.model });
  for (;;) {
    // Chosen before the look-up of the fingerprint: a version registered later takes this number, and the put
    // fails.
    const version = ((await newestVersion(table, entry.model))?.version ?? 0) + 1;
    const known = await findByFingerprint(table, entry.model, entry.fingerprint);
    if (known) return { entry: known, created: false };
    const outcome = await table.putIfAbsent({
      pk,
      sk: numberedKey(VERSION_PREFIX, version),
      ...entry,
      version,
    });
    if (outcome.kind === 'present') continue;
    await table.putIfAbsent({ pk, sk: `FINGERPRINT#${entry.fingerprint}`, version });
    return { entry: { ...entry, version }, created: true };
  }
}

export function readVersion(item: Item): VersionEntry {
  return z.parse(versionEntry, item);
}
