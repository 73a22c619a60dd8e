import { byCodeUnits } from '../../code-units.ts';
import { shown } from '../../text-safety.ts';
import type { RejectionCode } from '../csv/codes.ts';
import type { Rejection } from './rejects-writer.ts';

const EXAMPLES = 100;
const TEXTS = 30;

/** The rejected rows of one column with one code. */
export interface RejectionGroup {
  /** Empty where the whole row is at fault. */
  readonly column: string;
  readonly code: RejectionCode;
  count: number;
  /** Faulty cells, including those of rows that are rejected for an earlier cell. */
  cells: number;
  readonly example: Rejection;
  /** Some of the faulty texts, each once. */
  readonly texts: Set<string>;
}

/** Counts rejected rows by column and code, and keeps some examples. */
export class RejectionTally {
  /** The first rejected rows, as a report shows them. */
  readonly examples: Rejection[] = [];
  readonly #groups = new Map<string, RejectionGroup>();

  add(rejection: Rejection): void {
    if (this.examples.length < EXAMPLES) this.examples.push(rejection);
    this.addCell(rejection).count++;
  }

  /** Counts another faulty cell of a row that is already rejected. */
  addCell(rejection: Rejection): RejectionGroup {
    const { column, code, value } = rejection;
    const key = `${code}\n${column}`;
    let group = this.#groups.get(key);
    if (!group) {
      group = { column, code, count: 0, cells: 0, example: rejection, texts: new Set() };
      this.#groups.set(key, group);
    }
    group.cells++;
    if (group.texts.size < TEXTS) group.texts.add(value);
    return group;
  }

  /** The most frequent first. */
  get groups(): readonly RejectionGroup[] {
    return [...this.#groups.values()].sort(
      (a, b) => b.count - a.count || byCodeUnits(a.column, b.column) || byCodeUnits(a.code, b.code),
    );
  }

  /** Groups for which rows were rejected. */
  get #rejected(): readonly RejectionGroup[] {
    return this.groups.filter(({ count }) => count > 0);
  }

  countOf(column: string, code: RejectionCode): number {
    return this.#groups.get(`${code}\n${column}`)?.count ?? 0;
  }

  /** Rejected rows per code, with the codes in code-unit order. */
  get byCode(): Partial<Record<RejectionCode, number>> {
    const counts = new Map<RejectionCode, number>();
    for (const { code, count } of this.#rejected) counts.set(code, (counts.get(code) ?? 0) + count);
    return Object.fromEntries([...counts].sort(([a], [b]) => byCodeUnits(a, b)));
  }

  /** Formats a table of columns and codes with an example each, as text of several lines. */
  describe(): string {
    const rejected = this.#rejected;
    const shownGroups = rejected.slice(0, 20);
    const lines = shownGroups.map(
      ({ column, code, count, example }) =>
        `  - ${column === '' ? 'the row' : `column ${shown(column)}`}, ${code}: ${count}, such as ${shown(example.value)} in line ${example.line}${example.part === undefined ? '' : ` of ${shown(example.part)}`}`,
    );
    const more = rejected.length - shownGroups.length;
    return [...lines, ...(more > 0 ? [`  - and ${more} more`] : [])].join('\n');
  }
}
