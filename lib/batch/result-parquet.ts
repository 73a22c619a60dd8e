import type { ColumnMetaData, RowGroup, SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { AnswerColumn, AnswerValue } from './answer-columns.ts';

/** `PAR1`, before the first row group. */
export const MAGIC_BYTES = 4;

/** Values of one column of a row group. */
export type ColumnValues = (AnswerValue | null)[];

/** A row group as it stands in a file. */
export interface EncodedGroup {
  readonly bytes: Uint8Array;
  /** Its offsets are those in a file that begins with it. */
  readonly group: RowGroup;
}

const TYPES = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  number: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
} as const satisfies Record<AnswerColumn['type'], Partial<SchemaElement>>;

/** The schema of a result. A row that cannot be predicted has no answer, so that any value may lack. */
export function resultSchema(columns: readonly AnswerColumn[]): SchemaElement[] {
  const leaves = columns.map(
    ({ name, type }): SchemaElement => ({ name, repetition_type: 'OPTIONAL', ...TYPES[type] }),
  );
  return [{ name: 'schema', num_children: leaves.length }, ...leaves];
}

/**
 * A writer without statistics: those of the rows are in report.json, and none are needed to put files
 * together.
 */
const writerOf = (schema: SchemaElement[], writer: ByteWriter) =>
  new ParquetWriter({ writer, schema, statistics: false, createdBy: 'serverless-classifier' });

/** Encodes a row group, the same wherever in a file it will stand. */
export function encodeGroup(schema: SchemaElement[], values: readonly ColumnValues[]): EncodedGroup {
  const writer = new ByteWriter();
  const parquet = writerOf(schema, writer);
  const leaves = schema.slice(1);
  const columnData = leaves.map(({ name }, at) => ({ name, data: values[at]!, offsetIndex: false }));
  // Only a writer that flushes makes a promise.
  void parquet.write({ columnData, rowGroupSize: values[0]!.length });
  return { bytes: writer.getBytes().slice(MAGIC_BYTES), group: parquet.row_groups[0]! };
}

/** A row group that stands so many bytes further back. */
export function movedGroup(group: RowGroup, by: number): RowGroup {
  return {
    ...group,
    columns: group.columns.map((chunk) => ({
      ...chunk,
      file_offset: chunk.file_offset + BigInt(by),
      ...(chunk.meta_data ? { meta_data: movedPages(chunk.meta_data, BigInt(by)) } : {}),
    })),
  };
}

const movedPages = (meta: ColumnMetaData, by: bigint): ColumnMetaData => ({
  ...meta,
  data_page_offset: meta.data_page_offset + by,
  ...(meta.dictionary_page_offset === undefined
    ? {}
    : { dictionary_page_offset: meta.dictionary_page_offset + by }),
});

/** What ends a file of these row groups. */
export function encodeFooter(schema: SchemaElement[], groups: readonly RowGroup[]): Uint8Array {
  const writer = new ByteWriter();
  const parquet = writerOf(schema, writer);
  for (const group of groups) {
    parquet.row_groups.push(group);
    parquet.num_rows += group.num_rows;
  }
  void parquet.finish();
  return writer.getBytes().slice(MAGIC_BYTES);
}
