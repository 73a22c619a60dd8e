import type { Model } from '../../lib/classifier/model.ts';

/** What is known of a version beside its artifact. Never changes. */
export interface VersionFacts {
  readonly model: string;
  readonly version: number;
  readonly artifactKey: string;
  readonly artifactSha256: string;
  /** Where it comes from, as the headers of its answers say it. */
  readonly headers: Readonly<Record<string, string>>;
}

/** An artifact that is not read yet. One of its two methods is to be called, once. */
export interface OpenedArtifact {
  /** What the model takes of memory once it is read, at most. */
  readonly sizeBytes: number;
  /** The model, verified against the sha256 that its version names. */
  read(): Promise<Model>;
  discard(): void;
}

/** Where models come from. Every method asks anew; errors that are no HttpError are faults of the infrastructure. */
export interface ModelSource {
  /**
   * Who is champion now.
   *
   * @param known what is known of the last champion: given back when it is still that version, which saves a read
   * @throws HttpError 404 for an unknown model, 503 with Retry-After when it has no champion
   */
  champion(model: string, known: VersionFacts | undefined): Promise<VersionFacts>;
  /** @throws HttpError 404 `unknown_model` or `unknown_version` */
  version(model: string, version: number): Promise<VersionFacts>;
  /** @throws HttpError 404 `version_retired` when the artifact was deleted because the version was retired */
  open(version: VersionFacts): Promise<OpenedArtifact>;
}

/** A source that is made on first use: what it is made of takes longer to load than all else. A failed attempt is not kept. */
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
    version: async (model, version) => (await source()).version(model, version),
    open: async (version) => (await source()).open(version),
  };
}
