import { RefusedFileError } from '../../errors.ts';
import { refuseBinary } from '../source/file-signature.ts';

const startsWith = (bytes: Uint8Array, prefix: readonly number[]) =>
  bytes.length >= prefix.length && prefix.every((byte, at) => bytes[at] === byte);

/**
 * Refuses files whose first bytes say that they are not UTF-8 text, and finds where the text begins.
 *
 * @param head the file's first bytes, at least 16 of them unless the file is shorter
 * @returns the bytes to skip: 3 for a UTF-8 byte order mark, else 0
 * @throws RefusedFileError `type` for compressed and binary formats, `encoding` for UTF-16 and UTF-32
 */
export function textOffset(head: Uint8Array): number {
  refuseBinary(head);
  if (
    startsWith(head, [0xff, 0xfe]) ||
    startsWith(head, [0xfe, 0xff]) ||
    startsWith(head, [0, 0, 0xfe, 0xff])
  ) {
    throw new RefusedFileError(
      'encoding',
      'the file is UTF-16 or UTF-32; expected UTF-8: save it as "CSV UTF-8"',
      {
        line: 1,
      },
    );
  }
  return startsWith(head, [0xef, 0xbb, 0xbf]) ? 3 : 0;
}
