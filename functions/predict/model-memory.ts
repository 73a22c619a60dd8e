import type { Model } from '../../lib/classifier/model.ts';
import { unavailable } from '../../lib/http/unavailable.ts';
import type { OpenedArtifact } from './model-source.ts';
import { SingleFlight } from './single-flight.ts';

interface Entry {
  readonly model: Model;
  readonly sizeBytes: number;
  /** Increases with every use. */
  lastUse: number;
}

/** One artifact to load. */
export interface Wanted {
  readonly sha256: string;
  /** The name in error messages: `v3 of the model "iris"`. */
  readonly name: string;
  open(): Promise<OpenedArtifact>;
  /** The artifact that this one replaces, if that is loaded. */
  readonly replacedSha256?: string | undefined;
}

/**
 * Loaded models by the sha256 of their artifact, limited in bytes. Only verified models are kept. A failed
 * load leaves nothing behind. Concurrent callers share one load.
 *
 * Memory is freed before a body is read, by the size that S3 states; loads in progress count. The least
 * recently used model is released first. A version that is being replaced stays until its successor can
 * answer, if both fit. If they do not fit, it is released before the successor is loaded. Otherwise a
 * rollback would wait for memory that only the rollback can free, and this instance would answer from the
 * wrong version for as long as it lives. So a change takes one look-up and one load, and requests wait for
 * that load.
 */
export class ModelMemory {
  readonly #limitBytes: number;
  readonly #entries = new Map<string, Entry>();
  readonly #loads = new SingleFlight<Model>();
  /** Bodies being read. Each promise resolves when its read ends, even when it fails. */
  readonly #reads = new Set<Promise<unknown>>();
  #readingBytes = 0;
  #loadedBytes = 0;
  #uses = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Bytes held by loaded models and loads in progress. */
  get takenBytes(): number {
    return this.#loadedBytes + this.#readingBytes;
  }

  /** Returns a loaded model and marks it as used. */
  get(sha256: string): Model | undefined {
    const entry = this.#entries.get(sha256);
    if (entry) entry.lastUse = ++this.#uses;
    return entry?.model;
  }

  /**
   * Loads a model, or returns it when it is loaded.
   *
   * @throws HttpError 503 `model_size` when it is larger than the limit; any error of opening and reading
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
      // A waiting body would lose its connection, so it is opened again.
      await Promise.race(this.#reads);
    }
  }

  /** @returns false when there is room only after another load has ended */
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
