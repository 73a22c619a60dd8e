import { type DecisionEntry, readDecision } from '../../lib/registry/decisions.ts';
import type { Item } from '../../lib/registry/item-reads.ts';
import { isOlder } from '../../lib/registry/source-order.ts';
import { readVersion, type VersionEntry } from '../../lib/registry/versions.ts';
import type { MemoryS3 } from '../helpers/memory-s3.ts';
import type { RegistryPlan } from './registry-plan.ts';

const DAY_MS = 86_400_000;

/**
 * The allowed writes to a registry of one model. It follows the writes that the servers accepted, in order,
 * and records violations.
 */
export class RegistryModel {
  readonly versions: VersionEntry[] = [];
  readonly decisions: DecisionEntry[] = [];
  readonly problems: string[] = [];
  readonly #s3: MemoryS3;
  readonly #plan: RegistryPlan;

  constructor(s3: MemoryS3, plan: RegistryPlan) {
    this.#s3 = s3;
    this.#plan = plan;
  }

  get champion(): number | null {
    return this.decisions.at(-1)?.champion ?? null;
  }

  /** The versions that aliases name, by the names. */
  get aliases(): ReadonlyMap<string, number> {
    const named = new Map<string, number>();
    for (const { alias } of this.decisions) {
      if (alias?.to != null) named.set(alias.name, alias.to);
      else if (alias) named.delete(alias.name);
    }
    return named;
  }

  /** The versions that wait for a person: held, and neither retired nor passed over since. */
  get waiting(): number[] {
    return this.versions
      .map(({ version }) => version)
      .filter((version) => {
        const held = this.decisions.findLastIndex((entry) => entry.held === version);
        const later = this.decisions.slice(held + 1);
        return held >= 0 && !this.isRetired(version) && !later.some(({ to }) => to !== null && to >= version);
      });
  }

  isRetired(version: number): boolean {
    return this.decisions.some(({ action, from }) => action === 'retire' && from === version);
  }

  /** Versions in use that name an artifact. */
  liveVersionsOf(artifactSha256: string): VersionEntry[] {
    return this.versions.filter(
      ({ artifact_sha256, version }) => artifact_sha256 === artifactSha256 && !this.isRetired(version),
    );
  }

  /** Call it when a VERSION item was written. */
  version(item: Item): void {
    const entry = readVersion(item);
    const known = this.versions.find(({ fingerprint }) => fingerprint === entry.fingerprint);
    this.#expect(!known, `v${entry.version} has the fingerprint of v${known?.version}`);
    if (this.#isNext('version', entry.version, this.versions.length)) this.versions.push(entry);
    this.#expectIntact(entry, 'when it was registered');
  }

  /** Call it when a DECISION item was written. */
  decision(item: Item, nowMs: number): void {
    const entry = readDecision(item);
    if (!this.#isNext('decision', entry.decision, this.decisions.length)) return;
    const said = `decision ${entry.decision} (${entry.action} ${entry.automatic ? 'automatic' : 'by hand'})`;
    if (entry.action === 'retire') this.#retirement(entry, said, nowMs);
    else if (entry.action === 'hold') this.#hold(entry, said);
    else if (entry.action === 'alias') this.#alias(entry, said);
    else this.#promotion(entry, said);
    const mark = this.decisions.at(-1)?.high_water ?? null;
    const goesBack = mark !== null && (entry.high_water === null || isOlder(entry.high_water, mark));
    this.#expect(!goesBack, `${said} moves the mark back`);
    this.decisions.push(entry);
  }

  #promotion(entry: DecisionEntry, said: string): void {
    const version = this.versions.find((each) => each.version === entry.to);
    if (!version) {
      this.problems.push(`${said} promotes v${entry.to}, which is not registered`);
      return;
    }
    const wasChampion = this.decisions.some(({ to }) => to === entry.to);
    const mark = this.decisions.at(-1)?.high_water ?? null;
    this.#expect(entry.champion === entry.to, `${said} names another champion than it promotes`);
    this.#expect(entry.from === this.champion, `${said} is from v${entry.from}, not from v${this.champion}`);
    this.#expect(entry.from !== entry.to, `${said} promotes the champion`);
    this.#expect(!this.isRetired(version.version), `${said} promotes v${entry.to}, which was retired`);
    this.#expectIntact(version, `when ${said} made it the champion`);
    if (!entry.automatic) {
      this.#expect(
        (entry.action === 'rollback') === wasChampion,
        `${said} of v${entry.to} has the wrong name`,
      );
      return;
    }
    const upload = this.#plan.uploads[Number(entry.high_water?.sequencer)];
    this.#expect(upload?.waits === false, `${said} promotes v${entry.to}, which waits for a person`);
    this.#expect(version.gate.passed, `${said} promotes v${entry.to}, which failed the gate`);
    this.#expect(!wasChampion, `${said} undoes a rollback: v${entry.to} was the champion before`);
    const isStale = mark !== null && entry.high_water !== null && isOlder(entry.high_water, mark);
    this.#expect(!isStale, `${said} is stale: its source is older than the mark`);
  }

  #hold(entry: DecisionEntry, said: string): void {
    const version = this.versions.find((each) => each.version === entry.held);
    if (!version) {
      this.problems.push(`${said} holds v${entry.held}, which is not registered`);
      return;
    }
    this.#expectSameChampion(entry, said);
    this.#expect(version.gate.passed, `${said} holds v${entry.held}, which failed the gate`);
    this.#expect(!this.isRetired(version.version), `${said} holds v${entry.held}, which was retired`);
    this.#expect(!this.waiting.includes(version.version), `${said} holds v${entry.held} again`);
    const wasChampion = this.decisions.some(({ to }) => to === entry.held);
    this.#expect(!wasChampion, `${said} holds v${entry.held}, which was the champion before`);
  }

  #alias(entry: DecisionEntry, said: string): void {
    const { name, from, to } = entry.alias!;
    this.#expectSameChampion(entry, said);
    this.#expect(
      from === (this.aliases.get(name) ?? null),
      `${said} moves ${name} from v${from}, which it does not name`,
    );
    this.#expect(from !== to, `${said} changes nothing`);
    if (to === null) return;
    const version = this.versions.find((each) => each.version === to);
    if (!version) {
      this.problems.push(`${said} names v${to}, which is not registered`);
      return;
    }
    this.#expect(!this.isRetired(to), `${said} names v${to}, which was retired`);
    this.#expectIntact(version, `when ${said} named it`);
  }

  #expectSameChampion(entry: DecisionEntry, said: string): void {
    const { champion, from, to, high_water } = entry;
    const mark = this.decisions.at(-1)?.high_water ?? null;
    const isSame = champion === this.champion && from === null && to === null;
    this.#expect(
      isSame && JSON.stringify(high_water) === JSON.stringify(mark),
      `${said} changes the champion or the mark`,
    );
  }

  #retirement(entry: DecisionEntry, said: string, nowMs: number): void {
    const version = this.versions.find((each) => each.version === entry.from);
    if (!version) {
      this.problems.push(`${said} retires v${entry.from}, which is not registered`);
      return;
    }
    this.#expect(entry.to === null && entry.champion === this.champion, `${said} changes the champion`);
    this.#expect(entry.from !== this.champion, `${said} retires the champion`);
    this.#expect(!this.isRetired(version.version), `${said} retires v${entry.from} again`);
    const isNamed = [...this.aliases.values()].includes(version.version);
    this.#expect(!isNamed, `${said} retires v${entry.from}, which an alias names`);
    if (!entry.automatic) return;
    const { versions, champions, days } = this.#plan.policy;
    const past = [
      ...new Set(
        this.decisions
          .map(({ champion }) => champion)
          .filter((one) => one !== null)
          .reverse(),
      ),
    ];
    const isKept =
      this.versions.length - version.version < versions ||
      past.slice(0, champions).includes(version.version) ||
      this.waiting.at(-1) === version.version ||
      nowMs - Date.parse(version.registered_at) <= days * DAY_MS;
    // Versions that were registered after the rule was checked can only make it keep less.
    this.#expect(!isKept, `${said} retires v${entry.from}, which the rule keeps`);
  }

  /** Call it when an object was deleted. */
  deletion(key: string, nowMs: number): void {
    const sha256 = /[0-9a-f]{64}/.exec(key)![0];
    const isOver = ({ version }: VersionEntry) =>
      this.decisions.some(
        ({ action, from, decided_at }) =>
          action === 'retire' &&
          from === version &&
          Date.parse(decided_at) + this.#plan.graceHours * 3_600_000 <= nowMs,
      );
    const naming = this.versions.filter(({ artifact_sha256 }) => artifact_sha256 === sha256);
    this.#expect(
      naming.some(isOver),
      `${key} was deleted without a retirement, or before the grace was over`,
    );
    for (const live of this.liveVersionsOf(sha256)) this.#expectIntact(live, `after ${key} was deleted`);
  }

  #isNext(what: string, number: number, length: number): boolean {
    if (number === length + 1) return true;
    const fault = number <= length ? 'was written over' : `follows ${what} ${length}`;
    this.problems.push(`${what} ${number} ${fault}`);
    return false;
  }

  #expectIntact(entry: VersionEntry, when: string): void {
    const { version, artifact_key, artifact_sha256, schema_key = '', schema_sha256 } = entry;
    const isThere = this.#s3.sha256At(artifact_key) === artifact_sha256;
    this.#expect(isThere, `the artifact of v${version} was not there ${when}`);
    const hasSchema = this.#s3.sha256At(schema_key) === schema_sha256;
    this.#expect(hasSchema, `the schema of v${version} was not there ${when}`);
    const report = artifact_key.replace('.knn', '.report.json');
    this.#expect(this.#s3.sha256At(report) !== undefined, `the report of v${version} was not there ${when}`);
  }

  #expect(holds: boolean, problem: string): void {
    if (!holds) this.problems.push(problem);
  }
}
