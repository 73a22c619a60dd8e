import type { S3Client } from '@aws-sdk/client-s3';
import type { Model } from '../../lib/classifier/model.ts';
import { openModel } from '../../lib/classifier/model-file.ts';
import { HttpError } from '../../lib/http/problem.ts';
import { newestDecision } from '../../lib/registry/decisions.ts';
import type { RegistryTable } from '../../lib/registry/table.ts';
import { getVersion, newestVersion, type VersionEntry } from '../../lib/registry/versions.ts';
import { readObject } from '../../lib/storage/objects.ts';
import type { Logger } from '../../lib/telemetry/logger.ts';
import type { EmitMetric } from '../../lib/telemetry/metrics.ts';
import { describeFailures } from '../../lib/training/quality-gate.ts';

export interface ModelCacheDependencies {
  readonly s3: S3Client;
  readonly table: RegistryTable;
  readonly modelsBucket: string;
  /** How old the knowledge of who is champion may grow before the registry is asked again. */
  readonly refreshSeconds: number;
  readonly emit: EmitMetric;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A verified model, ready to answer. */
export interface Champion {
  readonly model: Model;
  readonly version: number;
  /** True when the registry could not be asked in time: the answer may be older than the refresh bound. */
  readonly stale: boolean;
}

interface Entry {
  readonly model: Model;
  readonly version: number;
  /** When the registry last confirmed it, in milliseconds since the epoch. */
  checkedAtMs: number;
}

/**
 * The champions of the models asked for, kept across warm calls. Concurrent requests share one load; only verified models
 * are kept; a failed load is forgotten; and when the registry or the store is out of reach, a loaded model goes on answering.
 */
export class ModelCache {
  readonly #deps: ModelCacheDependencies;
  readonly #entries = new Map<string, Entry>();
  readonly #loading = new Map<string, Promise<Entry>>();

  constructor(deps: ModelCacheDependencies) {
    this.#deps = deps;
  }

  /**
   * The champion of a model.
   *
   * @throws HttpError 404 for an unknown model, 503 with Retry-After when it has no champion yet or none could be loaded.
   */
  async champion(model: string): Promise<Champion> {
    const entry = this.#entries.get(model);
    if (entry && this.#deps.now() - entry.checkedAtMs < this.#deps.refreshSeconds * 1000)
      return { ...entry, stale: false };
    try {
      return { ...(await this.#refreshOnce(model)), stale: false };
    } catch (error) {
      if (error instanceof HttpError) throw error;
      this.#deps.logger.error('the model could not be refreshed', { model, error: error as Error });
      if (entry) return { ...entry, stale: true };
      throw unavailable(`The model "${model}" cannot be loaded at the moment; try again.`, 5, error);
    }
  }

  #refreshOnce(model: string): Promise<Entry> {
    const underway = this.#loading.get(model);
    if (underway) return underway;
    const loading = this.#refresh(model).finally(() => this.#loading.delete(model));
    this.#loading.set(model, loading);
    return loading;
  }

  async #refresh(model: string): Promise<Entry> {
    const askedAtMs = this.#deps.now();
    const version = await this.#championVersion(model);
    const current = this.#entries.get(model);
    if (current?.version === version) {
      current.checkedAtMs = askedAtMs;
      return current;
    }
    const entry = { model: await this.#load(model, version), version, checkedAtMs: askedAtMs };
    this.#entries.set(model, entry);
    return entry;
  }

  async #championVersion(model: string): Promise<number> {
    const decision = await newestDecision(this.#deps.table, model);
    if (decision?.champion != null) return decision.champion;
    const newest = await newestVersion(this.#deps.table, model);
    if (newest || (await this.#deps.table.get('MODELS', model))) throw noChampion(model, newest);
    throw new HttpError(404, 'unknown_model', `There is no model "${model}". Upload a CSV to make it.`);
  }

  async #load(model: string, version: number): Promise<Model> {
    const startedMs = this.#deps.now();
    const entry = await getVersion(this.#deps.table, model, version);
    if (!entry)
      throw new Error(`the decision log of "${model}" names v${version}, which the version log lacks`);
    const bytes = await readObject(this.#deps.s3, {
      bucket: this.#deps.modelsBucket,
      key: entry.artifact_key,
    });
    if (!bytes) throw new Error(`${this.#deps.modelsBucket}/${entry.artifact_key} is not there`);
    const opened = openModel(bytes, entry.artifact_sha256);
    this.#deps.emit('modelLoadTime', { model }, this.#deps.now() - startedMs);
    return opened;
  }
}

/** Why a known model cannot answer yet. */
function noChampion(model: string, newest: VersionEntry | undefined): HttpError {
  const said = `The model "${model}" has no champion yet: `;
  if (!newest) return unavailable(`${said}its first version is being trained.`, 5);
  if (newest.gate.passed)
    return unavailable(
      `${said}v${newest.version} is registered and was not promoted; promote it by hand.`,
      5,
    );
  return unavailable(
    `${said}v${newest.version} did not pass the quality gate (${describeFailures(newest.gate)}). Upload better data, or promote it by hand.`,
    60,
  );
}

function unavailable(message: string, retryAfterSeconds: number, cause?: unknown): HttpError {
  return new HttpError(503, 'unavailable', message, {
    headers: { 'retry-after': String(retryAfterSeconds) },
    ...(cause === undefined ? {} : { cause }),
  });
}
