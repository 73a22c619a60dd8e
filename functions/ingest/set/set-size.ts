import { DEFAULT_LIMITS } from '../../../lib/dataset/csv/limits.ts';
import { tooManyRows } from '../../../lib/dataset/rows/too-many-rows.ts';
import type { ParsedPart } from '../../../lib/dataset/set/set-plan.ts';
import { RefusedFileError } from '../../../lib/errors.ts';

/**
 * Checks what the parts are together, before all of them are read once more.
 *
 * @throws RefusedFileError `size`
 */
export function checkSetSize(
  parts: readonly Pick<ParsedPart, 'text_bytes' | 'records'>[],
  maxSetBytes: number,
): void {
  const bytes = parts.reduce((sum, { text_bytes }) => sum + text_bytes, 0);
  if (bytes > maxSetBytes) {
    throw new RefusedFileError(
      'size',
      `the parts have ${bytes} bytes of text; at most ${maxSetBytes} are read, since one call reads them all`,
      { fix: 'train on fewer rows, or on a sample of them' },
    );
  }
  const rows = parts.reduce((sum, { records }) => sum + records, 0);
  const { rows: most } = DEFAULT_LIMITS;
  if (rows > most) throw tooManyRows(`the parts have ${rows} rows`, most);
}
