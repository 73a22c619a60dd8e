import { type DecisionEntry, decisionsAfter, newestDecision } from './decisions.ts';
import type { RegistryReads } from './item-reads.ts';

/** Maximum number of models whose decisions are remembered. */
const MAX_MODELS = 256;

/** What the decisions on a model say of its versions, up to one of them. */
export interface Decided {
  readonly retired: ReadonlySet<number>;
  /** The versions that aliases name, by their names. */
  readonly aliases: ReadonlyMap<string, number>;
}

interface Known extends Decided {
  decision: number;
  readonly retired: Set<number>;
  readonly aliases: Map<string, number>;
}

/**
 * Tells which versions are retired, and which ones aliases name. What was read once is remembered: a call
 * reads the newest decision, and the log only from where it was read before.
 */
export class DecidedVersions {
  readonly #table: RegistryReads;
  readonly #known = new Map<string, Known>();

  constructor(table: RegistryReads) {
    this.#table = table;
  }

  /** Whether a version of a registered model is retired, by a consistent read; retirement is for good. */
  async isRetired(model: string, version: number): Promise<boolean> {
    return this.#knownOf(model).retired.has(version) || (await this.of(model)).retired.has(version);
  }

  /** What is decided on the versions of a registered model, by a consistent read. */
  async of(model: string): Promise<Decided> {
    const known = this.#knownOf(model);
    const newest = await newestDecision(this.#table, model);
    if (newest && newest.decision > known.decision) await this.#readOn(model, known);
    return known;
  }

  #knownOf(model: string): Known {
    const known = this.#known.get(model) ?? { decision: 0, retired: new Set(), aliases: new Map() };
    this.#known.set(model, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_MODELS) this.#known.delete(oldest!);
    return known;
  }

  async #readOn(model: string, known: Known): Promise<void> {
    const entries: DecisionEntry[] = [];
    for await (const entry of decisionsAfter(this.#table, model, known.decision)) entries.push(entry);
    // Another call may have read them, and more, meanwhile: an alias must not go back.
    for (const entry of entries.reverse()) if (entry.decision > known.decision) learn(known, entry);
  }
}

function learn(known: Known, { decision, action, from, alias }: DecisionEntry): void {
  if (action === 'retire' && from !== null) known.retired.add(from);
  if (alias?.to != null) known.aliases.set(alias.name, alias.to);
  else if (alias) known.aliases.delete(alias.name);
  known.decision = decision;
}
