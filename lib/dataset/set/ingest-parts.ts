import { RefusedFileError } from '../../errors.ts';
import { shown } from '../../text-safety.ts';
import { type IngestOptions, ingestFile, type OpenOutputs } from '../ingest-file.ts';
import type { IngestResult, PartRows } from '../ingest-result.ts';
import { type PartLines, PartPlaces } from '../rows/part-places.ts';
import type { FileSource } from '../source/file-source.ts';
import { joinParts, withoutFirst } from './joined-parts.ts';
import { disagreement } from './parse-part.ts';
import { type ParsedPart, pinned, type SetPlan } from './set-plan.ts';

/** From so many rows on, a part of which none can be read does not agree with the others. */
const MIN_PART_ROWS = 20;

/** A part of a set, as `parsePart` found it. */
export interface SetPart {
  readonly file: FileSource;
  readonly parsed: ParsedPart;
}

/**
 * Ingests the parts of a set as one file with their rows: everything that is made of them is made in the same
 * pass, so a set and that file give the same data set, profiles and sha256.
 *
 * @throws RefusedFileError when the set is refused
 */
export async function ingestParts(
  parts: readonly SetPart[],
  plan: SetPlan,
  openOutputs: OpenOutputs,
  options: IngestOptions,
): Promise<IngestResult> {
  const first = parts.findIndex(({ parsed }) => parsed.has_text);
  const skipped = parts.map(({ parsed }, index) => (index === first ? 0 : parsed.body_from));
  const places = new PartPlaces(linesOf(parts, first));
  const files = joinParts(
    parts.map(({ file }) => file),
    (index, text) => withoutFirst(skipped[index]!, text),
    (index, { sha256 }) => checkUnchanged(parts[index]!, sha256),
  );
  const open = async () => {
    places.reset();
    return await openOutputs();
  };
  const result = await ingestFile(files, open, {
    ...options,
    contract: pinned(plan, options.contract),
    places,
  });
  checkHeader(result, plan);
  checkRows(parts, result);
  return { ...result, parts: parts.map((part, index) => rowsOf(part, places, index)) };
}

function linesOf(parts: readonly SetPart[], first: number): PartLines[] {
  let firstLine = 1;
  return parts.map(({ file: { name }, parsed }, index) => {
    const skippedLines = index === first ? 0 : parsed.body_line;
    const lines = { name, firstLine, ownFirstLine: skippedLines + 1 };
    firstLine += parsed.lines - skippedLines;
    return lines;
  });
}

function checkUnchanged({ file, parsed }: SetPart, sha256: string): void {
  if (sha256 !== parsed.sha256)
    throw new Error(`the part ${file.name}: expected sha256 ${parsed.sha256}, got ${sha256}`);
}

/** @throws RefusedFileError when the rows without the parts' headers say something else */
function checkHeader({ understood }: IngestResult, { header }: SetPlan): void {
  if (understood.header === header.hasHeader) return;
  throw new RefusedFileError('no_header', 'the first record of the parts may be their header or a row', {
    fix: 'write "header": true or false into schema.json',
  });
}

/** Rows in are rows out: each part was counted before. */
function checkRows(parts: readonly SetPart[], { rows }: IngestResult): void {
  const sum = (of: (parsed: ParsedPart) => number) => parts.reduce((all, { parsed }) => all + of(parsed), 0);
  const records = sum((parsed) => parsed.records);
  const blank = sum((parsed) => parsed.blank);
  const found = rows.accepted + rows.rejected;
  if (records !== found || blank !== rows.blank)
    throw new Error(
      `the parts have ${records} rows and ${blank} blank ones, but ${found} and ${rows.blank} were read`,
    );
}

/** @throws RefusedFileError when none of its rows can be read */
function rowsOf({ file, parsed }: SetPart, places: PartPlaces, index: number): PartRows {
  const { rows: rejected, first } = places.rejectedOf(index);
  const { records, blank, size_bytes, sha256 } = parsed;
  if (first && rejected === records && records >= MIN_PART_ROWS) {
    const { line } = places.at(first.line);
    const where = first.column === '' ? 'the row' : `column ${shown(first.column)}`;
    const fault = `none of its ${records} rows fits what was understood: ${where}, ${first.code}, such as ${shown(first.value)}`;
    throw disagreement(file.name, line, fault, 'write all parts in one way');
  }
  const rows = { read: records + blank, accepted: records - rejected, rejected, blank };
  return { name: file.name, size_bytes, sha256, rows };
}
