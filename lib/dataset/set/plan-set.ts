import { RefusedFileError } from '../../errors.ts';
import { RFC_4180 } from '../csv/grammar.ts';
import { DEFAULT_LIMITS, type IngestLimits } from '../csv/limits.ts';
import { planOpened } from '../ingest-file.ts';
import { type OpenedTable, openTable } from '../open-table.ts';
import type { FileSource } from '../source/file-source.ts';
import type { DatasetContract } from '../understand/contract.ts';
import type { PlannedTable } from '../understand/plan-table.ts';
import { findTableStart } from '../understand/table-start.ts';
import { afterLook, type CutPart, joinParts } from './joined-parts.ts';
import type { SetPlan } from './set-plan.ts';

/** Bytes that hold a header: a record has no more. */
const HEADER_BYTES = DEFAULT_LIMITS.rowBytes;

export interface SetRules {
  readonly contract: DatasetContract | undefined;
  readonly label: string | undefined;
  readonly limits?: Partial<IngestLimits>;
}

/**
 * Finds out how a set is written, from the first rows of its first parts. A first part of few rows says
 * little, so the sample goes on in those after it that begin as it does, as it would in one file.
 *
 * @param parts in their order
 * @throws RefusedFileError when the rows cannot be read, whatever the other parts hold
 */
export async function planSet(
  parts: readonly FileSource[],
  { contract, label, limits: given }: SetRules,
): Promise<SetPlan> {
  const limits = { ...DEFAULT_LIMITS, ...given };
  const beginnings = new Beginnings(contract);
  const table = await openTable(joinParts(parts, beginnings.cut), contract, limits);
  try {
    const header = headerOf(table, () => planOpened(table, { contract, label }, limits), beginnings);
    const { format, encoding } = table.text.facts;
    const { delimiter, quote } = table.dialect.grammar;
    const first = table.sample.first.fields;
    return {
      format: 1,
      text: { format, encoding },
      delimiter: format === 'parquet' ? null : (contract?.delimiter ?? String.fromCharCode(delimiter)),
      quote: String.fromCharCode(quote),
      header: {
        hasHeader: header.hasHeader,
        fields: header.hasHeader && header.isFirstRecord ? [...first] : null,
        part: parts[beginnings.first ?? 0]!.name,
      },
    };
  } finally {
    await table.text.close();
  }
}

/** A part that does not agree, or is faulty, is left to `parsePart`, which finds the line in it. */
function headerOf(
  { fault }: OpenedTable,
  plan: () => PlannedTable,
  { isCutShort }: Beginnings,
): Pick<PlannedTable['header'], 'hasHeader' | 'isFirstRecord'> {
  try {
    return plan().header;
  } catch (error) {
    if (error instanceof RefusedFileError && (isCutShort || fault !== undefined))
      return { hasHeader: true, isFirstRecord: true };
    throw error;
  }
}

/**
 * Takes the header away from further parts before it is known how fields are separated: what begins with the
 * same bytes as the first part up to the end of its first record. The sample ends before a part that does
 * not.
 */
class Beginnings {
  /** The first part that has text. */
  first: number | undefined;
  readonly #skipLines: number | undefined;
  readonly #quote: number;
  #header = new Uint8Array(0);
  isCutShort = false;

  constructor(contract: DatasetContract | undefined) {
    this.#skipLines = contract?.skip_lines;
    this.#quote = contract?.quote?.charCodeAt(0) ?? RFC_4180.quote;
  }

  readonly cut: CutPart = (index, text) =>
    this.first === undefined
      ? afterLook(HEADER_BYTES, text, (beginning) => this.#lookAtFirst(index, beginning))
      : afterLook(this.#header.length + LINE_END_BYTES, text, (beginning) => this.#headerIn(beginning));

  #lookAtFirst(index: number, beginning: Uint8Array): number {
    const { from } = findTableStart(beginning, this.#skipLines);
    if (from >= beginning.length) return 0;
    this.first = index;
    this.#header = beginning.slice(0, this.#endOfRecord(beginning, from));
    return 0;
  }

  /** Without its line end. */
  #endOfRecord(bytes: Uint8Array, from: number): number {
    let isInside = false;
    for (let at = from; at < bytes.length; at++) {
      if (bytes[at] === this.#quote) isInside = !isInside;
      else if (bytes[at] === LF && !isInside) return at - (bytes[at - 1] === CR ? 1 : 0);
    }
    return bytes.length;
  }

  #headerIn(beginning: Uint8Array): number | undefined {
    if (beginning.length === 0) return 0;
    const end = this.#header.length;
    const next = end + (beginning[end] === CR ? 1 : 0);
    if (Buffer.compare(beginning.subarray(0, end), this.#header) === 0) {
      if (next >= beginning.length) return beginning.length;
      if (beginning[next] === LF) return next + 1;
    }
    this.isCutShort = true;
    return undefined;
  }
}

const LF = RFC_4180.lineEnd;
const CR = RFC_4180.lineEndPrefix;
const LINE_END_BYTES = 2;
