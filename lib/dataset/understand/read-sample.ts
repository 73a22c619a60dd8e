import type { RefusedFileError } from '../../errors.ts';
import { type CsvScanner, fieldText } from '../csv/csv-scanner.ts';
import type { CsvGrammar } from '../csv/grammar.ts';
import type { IngestLimits } from '../csv/limits.ts';
import type { OversizeVerdict } from '../csv/oversize-record.ts';
import { ColumnTexts } from './column-texts.ts';
import { type Dialect, eachRecord, type TextBeginning } from './dialect.ts';
import type { FirstRecord, TableSample } from './table-sample.ts';
import type { TableStart } from './table-start.ts';

/** A sample, and the fault that ended it early, if one did. */
export interface ReadSample extends TableSample {
  readonly fault: RefusedFileError | undefined;
}

/** Splits the first records of a table into fields, and counts each column's texts. */
export function readSample(text: TextBeginning, start: TableStart, { grammar, width }: Dialect): ReadSample {
  const columns = Array.from({ length: width }, () => new ColumnTexts(text.bytes));
  let first: FirstRecord | undefined;
  let second: FirstRecord | undefined;
  let oversizeFirst: OversizeVerdict | undefined;
  let records = 0;
  let rows = 0;
  let titleLine = 0;
  let isAboveTable = true;
  const fault = eachRecord(
    text,
    start,
    grammar,
    (scan, record) => {
      isAboveTable &&= isOfOtherWidth(scan, record, width);
      if (isAboveTable) titleLine = scan.recordLine[record]!;
      if (!first) {
        first = { fields: recordTexts(scan, text.bytes, record), line: scan.recordLine[record]! };
        return;
      }
      records++;
      const from = scan.recordFirst[record]!;
      if (scan.recordFirst[record + 1]! - from !== width) return;
      second ??= { fields: recordTexts(scan, text.bytes, record), line: scan.recordLine[record]! };
      rows++;
      for (let column = 0; column < width; column++)
        addCell(columns[column]!, scan, text.bytes, from + column);
    },
    (verdict) => {
      oversizeFirst = verdict;
    },
  );
  // A header may have more names than most rows have fields.
  while (first && columns.length < first.fields.length) columns.push(new ColumnTexts(text.bytes));
  return {
    first,
    second,
    oversizeFirst,
    width,
    columns,
    records,
    rows,
    titleLine,
    isWhole: text.isWhole && records < text.limits.sampleRecords,
    fault,
  };
}

/** Whether a record has more or fewer fields than a table, or text in its first only, as titles have. */
function isOfOtherWidth(scan: CsvScanner, record: number, width: number): boolean {
  const [from, to] = [scan.recordFirst[record]!, scan.recordFirst[record + 1]!];
  if (to - from !== width) return true;
  for (let field = from + 1; field < to; field++) if (scan.starts[field] !== scan.ends[field]) return false;
  return width > 1;
}

/** Fields of a text of one record. */
export function recordFields(text: Uint8Array, grammar: CsvGrammar, limits: IngestLimits): string[] {
  let fields: string[] = [];
  const start = { from: 0, skippedLines: 0, saidLines: 0, commentAbove: undefined, separator: undefined };
  eachRecord({ bytes: text, isWhole: true, limits }, start, grammar, (scan, record) => {
    fields = recordTexts(scan, text, record);
  });
  return fields;
}

function addCell(column: ColumnTexts, scan: CsvScanner, bytes: Uint8Array, field: number): void {
  if (scan.escapes[field]! > 0) column.addText(fieldText(scan, bytes, field));
  else column.add(scan.starts[field]!, scan.ends[field]!);
}

function recordTexts(scan: CsvScanner, bytes: Uint8Array, record: number): string[] {
  const from = scan.recordFirst[record]!;
  const count = scan.recordFirst[record + 1]! - from;
  return Array.from({ length: count }, (_, i) => fieldText(scan, bytes, from + i));
}
