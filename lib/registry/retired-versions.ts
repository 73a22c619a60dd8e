import { decisionsAfter, newestDecision } from './decisions.ts';
import type { RegistryReads } from './item-reads.ts';

/** Maximum number of models whose retired versions are remembered. */
const MAX_MODELS = 256;

/** The retired versions of a model, up to one of its decisions. */
interface Known {
  decision: number;
  readonly retired: Set<number>;
}

/**
 * Tells whether a version is retired. Retirement is for good, so what was read once is remembered: a call
 * reads the newest decision, and the log only from where it was read before.
 */
export class RetiredVersions {
  readonly #table: RegistryReads;
  readonly #known = new Map<string, Known>();

  constructor(table: RegistryReads) {
    this.#table = table;
  }

  /** Whether a version of a registered model is retired, by a consistent read. */
  async has(model: string, version: number): Promise<boolean> {
    const known = this.#knownOf(model);
    if (known.retired.has(version)) return true;
    const newest = await newestDecision(this.#table, model);
    if (newest && newest.decision > known.decision) await this.#readUpTo(model, newest.decision, known);
    return known.retired.has(version);
  }

  #knownOf(model: string): Known {
    const known = this.#known.get(model) ?? { decision: 0, retired: new Set() };
    this.#known.set(model, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_MODELS) this.#known.delete(oldest!);
    return known;
  }

  async #readUpTo(model: string, decision: number, known: Known): Promise<void> {
    for await (const { action, from } of decisionsAfter(this.#table, model, known.decision))
      if (action === 'retire' && from !== null) known.retired.add(from);
    known.decision = Math.max(known.decision, decision);
  }
}
