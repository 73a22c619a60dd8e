import { modelMemoryBytes, openModel } from '../../lib/classifier/model-file.ts';
import { HttpError } from '../../lib/http/problem.ts';
import { unknownAlias } from '../../lib/http/unknown-alias.ts';
import { unknownModel } from '../../lib/http/unknown-model.ts';
import { findChampion } from '../../lib/registry/champion.ts';
import { DecidedVersions } from '../../lib/registry/decided-versions.ts';
import type { RegistryReads } from '../../lib/registry/item-reads.ts';
import { knownModels } from '../../lib/registry/known-models.ts';
import { getVersion, type VersionEntry } from '../../lib/registry/versions.ts';
import type { SizedObject } from '../../lib/storage/sized-object.ts';
import { lineageHeaders } from './lineage-headers.ts';
import type { Dialect, ModelSource, OpenedArtifact, VersionFacts } from './model-source.ts';

export interface RegistrySourceDependencies {
  /** Opens an object; undefined when it does not exist. */
  readonly openObject: (at: {
    readonly bucket: string;
    readonly key: string;
  }) => Promise<SizedObject | undefined>;
  readonly table: RegistryReads;
  readonly modelsBucket: string;
}

/** Reads models by the registry's names, from S3. */
export class RegistrySource implements ModelSource {
  readonly #deps: RegistrySourceDependencies;
  readonly #decided: DecidedVersions;

  constructor(deps: RegistrySourceDependencies) {
    this.#deps = deps;
    this.#decided = new DecidedVersions(deps.table);
  }

  async champion(model: string, known: VersionFacts | undefined): Promise<VersionFacts> {
    const { table } = this.#deps;
    const { champion } = await findChampion(table, model, known);
    if (champion) return 'headers' in champion ? champion : factsOf(champion);
    // Imported late, as in #unknown: it builds the schemas of much that no answer needs.
    const { absentChampion } = await import('../../lib/http/absent-champion.ts');
    throw await absentChampion(table, model);
  }

  async version(model: string, version: number, known: VersionFacts | undefined): Promise<VersionFacts> {
    const facts = known ?? (await this.#version(model, version));
    if (await this.#decided.isRetired(model, version)) throw retired(facts);
    return facts;
  }

  async alias(model: string, alias: string, known: VersionFacts | undefined): Promise<VersionFacts> {
    const { aliases } = await this.#decided.of(model);
    const version = aliases.get(alias);
    if (version === undefined) throw await this.#unknownAlias(model, alias);
    // An alias names no retired version: what it names cannot be retired.
    return known?.version === version ? known : await this.#version(model, version);
  }

  async #version(model: string, version: number): Promise<VersionFacts> {
    const entry = await getVersion(this.#deps.table, model, version);
    if (entry) return factsOf(entry);
    if (!(await this.#isKnown(model))) throw await this.#unknown(model);
    const message = `The model "${model}" has no v${version}. GET /models/${model}/versions lists what it has.`;
    throw new HttpError(404, 'unknown_version', message);
  }

  async names(limit: number, among?: readonly string[]): Promise<string[]> {
    if (among) return (await knownModels(this.#deps.table, among)).slice(0, limit);
    const names: string[] = [];
    for await (const { sk } of this.#deps.table.list('MODELS', '')) {
      if (names.length === limit) break;
      names.push(sk);
    }
    return names;
  }

  async open(version: VersionFacts): Promise<OpenedArtifact> {
    const { openObject, modelsBucket } = this.#deps;
    const object = await openObject({ bucket: modelsBucket, key: version.artifactKey });
    if (!object) throw await this.#missing(version);
    return {
      sizeBytes: modelMemoryBytes(object.sizeBytes),
      read: async () => openModel(await object.read(), version.artifactSha256),
      discard: () => object.discard(),
    };
  }

  async #missing(facts: VersionFacts): Promise<Error> {
    if (await this.#decided.isRetired(facts.model, facts.version)) return retired(facts);
    return new Error(`${this.#deps.modelsBucket}/${facts.artifactKey} is not there`);
  }

  async #unknown(model: string): Promise<HttpError> {
    const { newestRefusal } = await import('../../lib/registry/newest-refusal.ts');
    return unknownModel(model, undefined, await newestRefusal(this.#deps.table, model));
  }

  async #unknownAlias(model: string, alias: string): Promise<HttpError> {
    if (!(await this.#isKnown(model))) return await this.#unknown(model);
    return unknownAlias(model, alias);
  }

  async #isKnown(model: string): Promise<boolean> {
    return (await this.#deps.table.get('MODELS', model)) !== undefined;
  }
}

function factsOf(entry: VersionEntry): VersionFacts {
  return {
    model: entry.model,
    version: entry.version,
    artifactKey: entry.artifact_key,
    artifactSha256: entry.artifact_sha256,
    headers: lineageHeaders(entry),
    dialect: dialectOf(entry.lineage.understood),
  };
}

/** Only what it knows the use of: a later release may have recorded more. */
function dialectOf(understood: unknown): Dialect {
  if (typeof understood !== 'object' || understood === null) return {};
  const { encoding, delimiter, decimal } = understood as Readonly<Record<string, unknown>>;
  return {
    ...(typeof encoding === 'string' ? { encoding } : {}),
    ...(typeof delimiter === 'string' ? { delimiter } : {}),
    ...(decimal === '.' || decimal === ',' ? { decimal } : {}),
  };
}

function retired({ model, version }: VersionFacts): HttpError {
  const message = `v${version} of the model "${model}" was retired for good: GET /models/${model}/decisions says by whom and why. Leave "version" out to ask the champion, or name another one.`;
  return new HttpError(410, 'version_retired', message);
}
