import type { Model } from '../../lib/classifier/model.ts';

/** How the text of a version's own file was written; empty where that was not recorded, or it was no text. */
export interface Dialect {
  readonly encoding?: string;
  readonly delimiter?: string;
  readonly decimal?: '.' | ',';
}

/** The facts of a version, without its artifact. They never change. */
export interface VersionFacts {
  readonly model: string;
  readonly version: number;
  readonly artifactKey: string;
  readonly artifactSha256: string;
  /** The version's origin, as the headers of its answers state it. */
  readonly headers: Readonly<Record<string, string>>;
  readonly dialect?: Dialect;
}

/** An artifact that is not read yet. Call one of its two methods, once. */
export interface OpenedArtifact {
  /** The maximum memory of the model once it is read. */
  readonly sizeBytes: number;
  /** Reads the model and verifies it against the sha256 that its version names. */
  read(): Promise<Model>;
  discard(): void;
}

/**
 * A source of models. Every call makes a new request. An error that is no HttpError is an infrastructure
 * fault.
 */
export interface ModelSource {
  /**
   * Returns the current champion.
   *
   * @param known the last champion's facts: returned when it is still that version, which saves a read
   * @throws HttpError 404 for an unknown model, 503 with Retry-After when it has no champion
   */
  champion(model: string, known: VersionFacts | undefined): Promise<VersionFacts>;
  /**
   * Returns a version that is not retired.
   *
   * @param known its facts from an earlier call: returned as they are, which saves a read
   * @throws HttpError 404 `unknown_model` or `unknown_version`, 410 `version_retired`
   */
  version(model: string, version: number, known: VersionFacts | undefined): Promise<VersionFacts>;
  /**
   * Returns the version that an alias names.
   *
   * @param known the facts of the version that it named last: returned when it still does, which saves a read
   * @throws HttpError 404 `unknown_model` or `unknown_alias`
   */
  alias(model: string, alias: string, known: VersionFacts | undefined): Promise<VersionFacts>;
  /** The names of the first models that have a version, in code-unit order; of `among` only, if given. */
  names(limit: number, among?: readonly string[]): Promise<string[]>;
  /** @throws HttpError 410 `version_retired` when the artifact was deleted because the version was retired */
  open(version: VersionFacts): Promise<OpenedArtifact>;
}

/**
 * A source that is created on first use, because its modules take longer to load than everything else. A
 * failed attempt is not kept.
 */
export function lazySource(make: () => Promise<ModelSource>): ModelSource {
  let made: Promise<ModelSource> | undefined;
  const source = () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
  return {
    champion: async (model, known) => (await source()).champion(model, known),
    version: async (model, version, known) => (await source()).version(model, version, known),
    alias: async (model, alias, known) => (await source()).alias(model, alias, known),
    names: async (limit, among) => (await source()).names(limit, among),
    open: async (version) => (await source()).open(version),
  };
}
