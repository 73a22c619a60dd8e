import { type AsyncBuffer, parquetMetadataAsync, type RowGroup } from 'hyparquet';
import type { ParquetColumns } from '../../lib/batch/parquet-predictions.ts';
import { encodeFooter, MAGIC_BYTES, movedGroup, resultSchema } from '../../lib/batch/result-parquet.ts';
import type { JoinedPiece } from '../../lib/storage/join-objects.ts';
import { openObject, putObject } from '../../lib/storage/objects.ts';
import type { BatchDependencies } from './dependencies.ts';
import { RESULT_TYPES } from './result-types.ts';

type Results = Pick<BatchDependencies, 's3' | 'resultsBucket'>;

/** The length of a footer, and the magic behind it. */
const TAIL_BYTES = 8;

/**
 * The pieces of one Parquet file of many: the row groups of each as they stand, and a footer that says where
 * they now are, which is written here.
 *
 * @param files whole Parquet files, in order
 * @param footerKey where the footer is kept until the pieces are joined
 */
export async function parquetPieces(
  files: readonly JoinedPiece[],
  { all }: ParquetColumns,
  footerKey: string,
  deps: Results,
): Promise<JoinedPiece[]> {
  const pieces: JoinedPiece[] = [];
  const groups: RowGroup[] = [];
  let sizeBytes = 0;
  for (const { key, sizeBytes: fileBytes } of files) {
    const found = await parquetMetadataAsync(objectBuffer(key, fileBytes, deps));
    const end = fileBytes - TAIL_BYTES - found.metadata_length;
    const from = pieces.length === 0 ? 0 : MAGIC_BYTES;
    for (const group of found.row_groups) groups.push(movedGroup(group, sizeBytes - from));
    pieces.push({ key, from, sizeBytes: end - from });
    sizeBytes += end - from;
  }
  const footer = encodeFooter(resultSchema(all), groups);
  await putObject(deps.s3, { bucket: deps.resultsBucket, key: footerKey }, footer, RESULT_TYPES.parquet);
  return [...pieces, { key: footerKey, sizeBytes: footer.length }];
}

/** An object, as hyparquet reads one. */
const objectBuffer = (
  key: string,
  byteLength: number,
  { s3, resultsBucket: bucket }: Results,
): AsyncBuffer => ({
  byteLength,
  async slice(from, to = byteLength) {
    const body = await openObject(s3, { bucket, key }, { from, to });
    if (!body) throw new Error(`${bucket}/${key}: expected a part of the result, got none`);
    const bytes = new Uint8Array(to - from);
    let filled = 0;
    for await (const chunk of body) {
      bytes.set(chunk as Uint8Array, filled);
      filled += (chunk as Uint8Array).length;
    }
    return bytes.buffer;
  },
});
