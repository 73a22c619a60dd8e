import { type Clock, isFresh, type Moment } from '../../lib/freshness.ts';
import type { NewestMishap } from '../../lib/registry/newest-refusal.ts';
import type { Logger } from '../../lib/telemetry/logger.ts';

export interface NewestUploadsDependencies {
  /** Asks the registry why the newest upload of a model came to nothing. */
  readonly ask: (model: string) => Promise<NewestMishap | undefined>;
  readonly refreshSeconds: number;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Maximum number of models whose answer is remembered. */
const MAX_REMEMBERED = 256;

/**
 * Why the newest upload of a model came to nothing, for `/health`. The registry is asked at most once every
 * `refreshSeconds` per model, because strangers may ask for health.
 */
export class NewestUploads {
  readonly #deps: NewestUploadsDependencies;
  readonly #answers = new Map<
    string,
    { readonly at: Moment; readonly answer: Promise<NewestMishap | undefined> }
  >();

  constructor(deps: NewestUploadsDependencies) {
    this.#deps = deps;
  }

  /**
   * Returns undefined when the newest upload was not refused and did not fail. Also when the registry does
   * not answer: the model can answer all the same, so that is logged and no reason to call it unhealthy.
   */
  mishapOf(model: string): Promise<NewestMishap | undefined> {
    const { clock, refreshSeconds } = this.#deps;
    const at = clock();
    const known = this.#answers.get(model);
    if (known && isFresh(known.at, at, refreshSeconds * 1000)) return known.answer;
    const answer = this.#ask(model);
    this.#answers.delete(model);
    this.#answers.set(model, { at, answer });
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > MAX_REMEMBERED) this.#answers.delete(oldest!);
    return answer;
  }

  async #ask(model: string): Promise<NewestMishap | undefined> {
    const { ask, logger } = this.#deps;
    try {
      return await ask(model);
    } catch (error) {
      logger.warn('newest upload unknown', { model, error: error as Error });
      return undefined;
    }
  }
}
