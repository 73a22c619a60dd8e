import type { Model } from '../../lib/classifier/model.ts';
import type { OpenedArtifact } from './model-source.ts';
import { unavailable } from './problems.ts';
import { SingleFlight } from './single-flight.ts';

interface Entry {
  readonly model: Model;
  readonly sizeBytes: number;
  /** Rises with every use. */
  lastUse: number;
}

/** One artifact to be loaded. */
export interface Wanted {
  readonly sha256: string;
  /** In words, for an error: `v3 of the model "iris"`. */
  readonly name: string;
  open(): Promise<OpenedArtifact>;
  /** The artifact whose place it takes, if that one is loaded. */
  readonly replacedSha256?: string | undefined;
}

/**
 * Loaded models by the sha256 of their artifact, bounded in bytes. Only what was verified comes in; a failed load leaves nothing behind; concurrent callers share one load.
 *
 * Room is made before a body is read, by the size that S3 states, and loads under way count: what was used longest ago goes first.
 * A version that is being replaced stays until its successor can answer, if both fit. If they do not, it goes before the successor is
 * loaded: else a roll back would wait for memory that only it could free, and every request would go on being answered by the version that was
 * rolled back, for as long as this instance lives. So the change takes one look-up and one load, and requests wait for that load.
 */
export class ModelMemory {
  readonly #limitBytes: number;
  readonly #entries = new Map<string, Entry>();
  readonly #loads = new SingleFlight<Model>();
  /** Bodies being read: each resolves when it is done, whatever came of it. */
  readonly #reads = new Set<Promise<unknown>>();
  #readingBytes = 0;
  #loadedBytes = 0;
  #uses = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** The most that loaded models and loads under way take together right now. */
  get takenBytes(): number {
    return this.#loadedBytes + this.#readingBytes;
  }

  /** A loaded model; asking for it is using it. */
  get(sha256: string): Model | undefined {
    const entry = this.#entries.get(sha256);
    if (entry) entry.lastUse = ++this.#uses;
    return entry?.model;
  }

  /**
   * Loads a model, or gives the one that is loaded.
   *
   * @throws HttpError 503 `model_size` when it is larger than the bound; whatever opening and reading throw
   */
  async load(wanted: Wanted): Promise<Model> {
    return this.get(wanted.sha256) ?? (await this.#loads.run(wanted.sha256, () => this.#load(wanted)));
  }

  async #load(wanted: Wanted): Promise<Model> {
    for (;;) {
      const opened = await wanted.open();
      if (opened.sizeBytes <= this.#limitBytes && this.#makeRoom(opened.sizeBytes, wanted.replacedSha256)) {
        return await this.#read(wanted.sha256, opened);
      }
      opened.discard();
      if (opened.sizeBytes > this.#limitBytes)
        throw tooLarge(wanted.name, opened.sizeBytes, this.#limitBytes);
      // A body that waits would lose its connection meanwhile: it is opened again.
      await Promise.race(this.#reads);
    }
  }

  /** @returns false when there will be room only after another load has ended */
  #makeRoom(sizeBytes: number, replacedSha256: string | undefined): boolean {
    const leftBytes = this.#limitBytes - this.#readingBytes - sizeBytes;
    if (leftBytes < 0) return false;
    const replaced = replacedSha256 === undefined ? undefined : this.#entries.get(replacedSha256);
    if (replaced && replaced.sizeBytes > this.#limitBytes - sizeBytes) this.#release(replacedSha256!);
    else if (replaced && replaced.sizeBytes > leftBytes) return false;
    while (this.#loadedBytes > leftBytes) this.#release(this.#leastRecentlyUsed(replacedSha256));
    return true;
  }

  #leastRecentlyUsed(exceptSha256: string | undefined): string {
    const others = [...this.#entries].filter(([sha256]) => sha256 !== exceptSha256);
    return others.reduce((oldest, other) => (other[1].lastUse < oldest[1].lastUse ? other : oldest))[0];
  }

  #release(sha256: string): void {
    this.#loadedBytes -= this.#entries.get(sha256)!.sizeBytes;
    this.#entries.delete(sha256);
  }

  async #read(sha256: string, opened: OpenedArtifact): Promise<Model> {
    const { sizeBytes } = opened;
    this.#readingBytes += sizeBytes;
    const reading = opened.read();
    const settled = reading.then(
      () => undefined,
      () => undefined,
    );
    this.#reads.add(settled);
    try {
      const model = await reading;
      this.#entries.set(sha256, { model, sizeBytes, lastUse: ++this.#uses });
      this.#loadedBytes += sizeBytes;
      return model;
    } finally {
      this.#readingBytes -= sizeBytes;
      this.#reads.delete(settled);
    }
  }
}

function tooLarge(name: string, sizeBytes: number, limitBytes: number) {
  const message = `${name} takes ${megabytes(sizeBytes)} of memory and at most ${megabytes(limitBytes)} may be taken: give the function more memory, or raise MODEL_CACHE_MB.`;
  return unavailable('model_size', message, 60);
}

const megabytes = (bytes: number) => `${(bytes / 1024 ** 2).toFixed(1)} MB`;
