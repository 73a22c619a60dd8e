import type { CsvGrammar } from './grammar.ts';
import { OversizeRecord, type OversizeVerdict, type RecordLimits } from './oversize-record.ts';
import { bareQuote, textAfterQuote, unclosed } from './quoting-faults.ts';
import { SeparatorIndex } from './separator-index.ts';
import { decodeUtf8 } from './utf8.ts';

/** All scanners share it: `scan` has used up its findings before it returns. */
const separators = new SeparatorIndex();

const FIELDS_PER_BATCH = 64 * 1024;
const INITIAL_FIELDS = 1024;

/**
 * Splits UTF-8 text into records and fields by a grammar. The rules are strict: a quote opens a field only as
 * its first byte, and only a separator may follow the closing quote. Spaces and tabs around a field, quoted
 * or not, are not part of it; those inside quotes are. The caller owns the buffer. Fields are byte ranges in
 * it, so the scanner copies nothing and allocates nothing per record.
 *
 * One call of `scan` puts one batch into the public arrays. Record r has the fields `recordFirst[r]` up to
 * `recordFirst[r + 1]`. Field f is the bytes `starts[f]` to `ends[f]`, without quotes; `escapes[f]` is the
 * number of doubled quotes in it that the caller still has to undo. Blank records, whose fields hold no byte,
 * are only counted.
 */
export class CsvScanner {
  starts = new Int32Array(INITIAL_FIELDS);
  ends = new Int32Array(INITIAL_FIELDS);
  escapes = new Int32Array(INITIAL_FIELDS);
  readonly recordFirst: Int32Array;
  /** Offset in the buffer at which each record begins. */
  readonly recordStart: Int32Array;
  /** Physical line, 1-based, on which each record begins. A double: 5 GiB of line feeds pass 2^32. */
  readonly recordLine: Float64Array;
  /** Records in the batch, without blank ones. */
  records = 0;
  /** Blank records found by the last call. */
  blanks = 0;
  /** Line of the first byte that is not consumed. */
  line: number;
  /** Records of the batch that break a size limit although the buffer holds them whole. */
  readonly oversize = new Map<number, OversizeVerdict>();
  /** A record too large for the buffer that ended in this call. It precedes the batch's records. */
  skipped: OversizeVerdict | undefined;
  /** Offset in the buffer after the last record of this batch and its line ending. */
  plainTo = 0;
  /** False when the batch was full: the same bytes then hold more records. */
  drained = true;

  readonly grammar: CsvGrammar;
  readonly #limits: RecordLimits;
  #skipping: OversizeRecord | undefined;
  #escapesInField = 0;
  #linesInField = 0;

  constructor(limits: RecordLimits, grammar: CsvGrammar, line = 1, recordsPerBatch = 4096) {
    this.#limits = limits;
    this.grammar = grammar;
    this.line = line;
    this.recordFirst = new Int32Array(recordsPerBatch + 1);
    this.recordStart = new Int32Array(recordsPerBatch);
    this.recordLine = new Float64Array(recordsPerBatch);
  }

  /**
   * Scans bytes[from, to) and returns the records that end in it, as many as fit in a batch.
   *
   * @param isLast the file ends at `to`, so the last record needs no line ending
   * @returns the offset of the first byte not consumed: call again with the bytes from there on
   * @throws RefusedFileError `quoting`, with the line on which the field began
   */
  scan(bytes: Uint8Array, from: number, to: number, isLast: boolean): number {
    this.records = 0;
    this.blanks = 0;
    this.skipped = undefined;
    this.drained = true;
    this.oversize.clear();
    const start = this.#skipping ? this.#resumeSkipping(bytes, from, to, isLast) : from;
    const consumed = start < to ? this.#scanRecords(bytes, start, to, isLast) : start;
    this.plainTo = consumed;
    if (!this.drained || isLast || to - consumed <= this.#limits.rowBytes + 1) return consumed;
    if (this.#holdsRecords) return this.#cutBefore(consumed);
    this.#skipping = new OversizeRecord(this.#limits, this.grammar, this.line);
    return this.#resumeSkipping(bytes, consumed, to, false);
  }

  /** Whether the scanner is skipping a record too large for the buffer. */
  get isSkipping(): boolean {
    return this.#skipping !== undefined;
  }

  get #holdsRecords(): boolean {
    return this.records > 0 || this.skipped !== undefined;
  }

  /**
   * Ends the batch before a fault, so that the caller can find earlier faults first. The next call meets this
   * one.
   */
  #cutBefore(recordStart: number): number {
    this.drained = false;
    return recordStart;
  }

  #resumeSkipping(bytes: Uint8Array, from: number, to: number, isLast: boolean): number {
    const skipping = this.#skipping!;
    const next = skipping.feed(bytes, from, to, isLast);
    this.line = skipping.line;
    if (next < 0) return to;
    this.skipped = skipping.verdict();
    this.#skipping = undefined;
    return next;
  }

  /** The whole algorithm in one loop over the positions of separators and quotes: this is the hot path. */
  #scanRecords(bytes: Uint8Array, from: number, to: number, isLast: boolean): number {
    let { starts, ends, escapes } = this;
    const { recordFirst, grammar } = this;
    const { delimiter, lineEnd, lineEndPrefix } = grammar;
    const { positions } = separators;
    const maxRecords = this.recordLine.length;
    let indexedFrom = from;
    let indexedTo = from;
    let hit = 0;
    let hits = 0;
    let resumeAt = from;
    let fieldStart = from;
    let recordStart = from;
    let first = 0;
    let fields = 0;
    let linesInside = 0;
    recordFirst[0] = 0;
    for (;;) {
      if (hit === hits) {
        // A quoted field may have ended beyond the indexed bytes.
        indexedFrom = Math.max(indexedTo, resumeAt);
        if (indexedFrom >= to) break;
        indexedTo = Math.min(to, indexedFrom + SeparatorIndex.reach);
        separators.find(grammar, bytes, indexedFrom, indexedTo);
        hits = separators.count;
        hit = 0;
        continue;
      }
      const at = indexedFrom + positions[hit++]!;
      // This position is inside a quoted field that was already read.
      if (at < resumeAt) continue;
      const byte = bytes[at]!;
      if (fields + 1 >= starts.length) {
        this.#growFields();
        ({ starts, ends, escapes } = this);
      }
      if (byte === delimiter) {
        // Most fields have no padding. Until the compiler inlines the calls, they cost more than the rest.
        const begin = bytes[fieldStart]! > SPACE ? fieldStart : afterPadding(bytes, fieldStart, at);
        starts[fields] = begin;
        ends[fields] = bytes[at - 1]! > SPACE ? at : beforePadding(bytes, begin, at);
        escapes[fields++] = 0;
        fieldStart = at + 1;
        continue;
      }
      let next = at + 1;
      if (byte === lineEnd) {
        const end = at > fieldStart && bytes[at - 1] === lineEndPrefix ? at - 1 : at;
        const begin = afterPadding(bytes, fieldStart, end);
        starts[fields] = begin;
        ends[fields] = beforePadding(bytes, begin, end);
        escapes[fields++] = 0;
      } else {
        const isOpening = afterPadding(bytes, fieldStart, at) === at;
        const close = isOpening ? this.#closingQuote(bytes, at, to) : -1;
        const behind = close < 0 ? to : afterQuotePadding(grammar, bytes, close + 1, to);
        const after = close < 0 ? INCOMPLETE : separatorAfter(grammar, bytes, behind, to, isLast);
        if (!isOpening || after === TEXT || (close < 0 && isLast)) {
          if (this.#holdsRecords) return this.#cutBefore(recordStart);
          const openedOn = this.line + linesInside;
          throw !isOpening
            ? bareQuote(openedOn)
            : close < 0
              ? unclosed(openedOn)
              : textAfterQuote(openedOn, grammar);
        }
        if (after === INCOMPLETE) return recordStart;
        linesInside += this.#linesInField;
        starts[fields] = at + 1;
        ends[fields] = close;
        escapes[fields++] = this.#escapesInField;
        next = behind + after;
        if (after === DELIMITER) {
          fieldStart = behind + 1;
          resumeAt = fieldStart;
          continue;
        }
      }
      this.#endRecord(bytes, recordStart, next, first, fields);
      if (this.records > 0 && recordFirst[this.records] === fields) first = fields;
      else fields = first;
      this.line += linesInside + (bytes[next - 1] === lineEnd ? 1 : 0);
      linesInside = 0;
      recordStart = next;
      fieldStart = next;
      resumeAt = next;
      if (this.records >= maxRecords || fields >= FIELDS_PER_BATCH) {
        this.drained = next >= to;
        return next;
      }
    }
    if (!isLast || recordStart >= to) return recordStart;
    const begin = afterPadding(bytes, fieldStart, to);
    starts[fields] = begin;
    ends[fields] = beforePadding(bytes, begin, to);
    escapes[fields++] = 0;
    this.#endRecord(bytes, recordStart, to, first, fields);
    this.line += linesInside;
    return to;
  }

  /** Adds the record with the fields `first` to `fields` to the batch, unless it is blank. */
  #endRecord(bytes: Uint8Array, start: number, next: number, first: number, fields: number): void {
    if (this.#isBlank(first, fields)) {
      this.blanks++;
      return;
    }
    this.recordLine[this.records] = this.line;
    this.recordStart[this.records] = start;
    if (next - start > this.#limits.fieldBytes) this.#measure(bytes, start, next);
    this.recordFirst[++this.records] = fields;
  }

  #isBlank(first: number, fields: number): boolean {
    for (let field = first; field < fields; field++)
      if (this.starts[field] !== this.ends[field]) return false;
    return true;
  }

  #measure(bytes: Uint8Array, start: number, next: number): void {
    const measured = new OversizeRecord(this.#limits, this.grammar, this.line);
    measured.feed(bytes, start, next, true);
    if (measured.isOversize) this.oversize.set(this.records, measured.verdict());
  }

  /**
   * Finds the quote that closes the field opened at `open`, and counts the doubled quotes and line ends
   * before it.
   *
   * @returns its offset, or -1
   */
  #closingQuote(bytes: Uint8Array, open: number, to: number): number {
    const { quote, lineEnd } = this.grammar;
    const largest = Math.max(quote, lineEnd);
    this.#escapesInField = 0;
    this.#linesInField = 0;
    for (let at = open + 1; at < to; at++) {
      const byte = bytes[at]!;
      if (byte > largest) continue;
      if (byte === lineEnd) this.#linesInField++;
      if (byte !== quote) continue;
      if (at + 1 < to && bytes[at + 1] === quote) {
        this.#escapesInField++;
        at++;
      } else return at;
    }
    return -1;
  }

  #growFields(): void {
    this.starts = grown(this.starts);
    this.ends = grown(this.ends);
    this.escapes = grown(this.escapes);
  }
}

function grown(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}

const SPACE = 0x20;
const TAB = 0x09;

/**
 * Offset of the first byte in bytes[from, to) that is no space or tab. It cannot pass a tab that separates
 * fields: the caller's `to` is the next separator.
 */
function afterPadding(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && (bytes[at] === SPACE || bytes[at] === TAB)) at++;
  return at;
}

/** Same as `afterPadding`, after a closing quote, where a tab may be the separator. */
function afterQuotePadding({ delimiter }: CsvGrammar, bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && bytes[at] !== delimiter && (bytes[at] === SPACE || bytes[at] === TAB)) at++;
  return at;
}

/** Where bytes[from, to) ends without its trailing spaces and tabs. */
function beforePadding(bytes: Uint8Array, from: number, to: number): number {
  let at = to;
  while (at > from && (bytes[at - 1] === SPACE || bytes[at - 1] === TAB)) at--;
  return at;
}

const INCOMPLETE = -1;
const TEXT = -2;
const DELIMITER = -3;

/**
 * Says what follows a closing quote: DELIMITER, the length of a line end (0 at the end of the file), TEXT or
 * INCOMPLETE.
 */
function separatorAfter(
  { delimiter, lineEnd, lineEndPrefix }: CsvGrammar,
  bytes: Uint8Array,
  at: number,
  to: number,
  isLast: boolean,
): number {
  if (at >= to) return isLast ? 0 : INCOMPLETE;
  const byte = bytes[at];
  if (byte === delimiter) return DELIMITER;
  if (byte === lineEnd) return 1;
  if (byte !== lineEndPrefix) return TEXT;
  if (at + 1 < to) return bytes[at + 1] === lineEnd ? 2 : TEXT;
  return isLast ? TEXT : INCOMPLETE;
}

/** Text of one field, with doubled quotes undone. */
export function fieldText(scan: CsvScanner, bytes: Uint8Array, field: number): string {
  const text = decodeUtf8(bytes.subarray(scan.starts[field]!, scan.ends[field]!));
  if (scan.escapes[field] === 0) return text;
  const quote = String.fromCharCode(scan.grammar.quote);
  return text.replaceAll(quote + quote, quote);
}

/** Texts of one record's fields, in order. */
export function recordTexts(scan: CsvScanner, bytes: Uint8Array, record: number): string[] {
  const first = scan.recordFirst[record]!;
  const texts = new Array<string>(scan.recordFirst[record + 1]! - first);
  for (let at = 0; at < texts.length; at++) texts[at] = fieldText(scan, bytes, first + at);
  return texts;
}
