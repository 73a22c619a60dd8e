import type { Model } from '../../lib/classifier/model.ts';

/** The facts of a version, without its artifact. They never change. */
export interface VersionFacts {
  readonly model: string;
  readonly version: number;
  readonly artifactKey: string;
  readonly artifactSha256: string;
  /** The version's origin, as the headers of its answers state it. */
  readonly headers: Readonly<Record<string, string>>;
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
  /** @throws HttpError 410 `version_retired` when the artifact was deleted because the version was retired */
  open(version: VersionFacts): Promise<OpenedArtifact>;
}

/** Makes something on first use. A failed attempt is not kept. */
export function lazy<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

/** A source that is created on first use, because its modules take longer to load than everything else. */
export function lazySource(source: () => Promise<ModelSource>): ModelSource {
  return {
    champion: async (model, known) => (await source()).champion(model, known),
    version: async (model, version, known) => (await source()).version(model, version, known),
    open: async (version) => (await source()).open(version),
  };
}
