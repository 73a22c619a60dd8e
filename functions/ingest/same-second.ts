import type { IngestWarning } from '../../lib/dataset/understand/understood.ts';
import { RefusedFileError } from '../../lib/errors.ts';
import { folderOf, isTableName, parseRawKey } from '../../lib/names.ts';
import type { UploadBasis } from '../../lib/registry/uploads.ts';
import { keysOfSecond } from '../../lib/storage/object-keys.ts';
import { firstOf } from '../../lib/text-safety.ts';
import type { IngestDependencies } from './dependencies.ts';
import type { Upload } from './upload.ts';

const MAX_NAMED = 5;

/**
 * Other files of the model that came in the same second, for a file that is read for the first time. Whoever
 * sends several at once may mean one data set.
 */
export async function sameSecond(
  { object, facts, appliedAt }: Upload,
  { s3 }: IngestDependencies,
): Promise<Pick<UploadBasis, 'same_second'>> {
  if (appliedAt !== undefined || !isSingleTable(object.key)) return {};
  const folder = folderOf(object.key);
  const { lastModified } = facts;
  const keys = await keysOfSecond(s3, object.bucket, folder, { key: object.key, lastModified });
  const files = keys.map((key) => key.slice(folder.length)).filter(isTableName);
  return files.length === 0 ? {} : { same_second: files.slice(0, MAX_NAMED) };
}

/** A refused key is of no model. */
function isSingleTable(key: string): boolean {
  try {
    return parseRawKey(key).kind === 'table';
  } catch (error) {
    if (error instanceof RefusedFileError) return false;
    throw error;
  }
}

/** Says that each of several files is a whole data set. */
export const sameSecondWarnings = (files: UploadBasis['same_second'] = []): IngestWarning[] =>
  files.length === 0
    ? []
    : [
        {
          code: 'same_second',
          column: null,
          message: `${firstOf(files)} came in the same second: each file is a whole data set, and of one second the last name in code-unit order counts as the newest`,
          fix: 'if they are parts of one data set, put them into a folder of their own, <model>/<set>/, and an empty _COMPLETE there',
        },
      ];
