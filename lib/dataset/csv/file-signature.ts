import { RefusedFileError } from '../../errors.ts';

/** First bytes of what is often named .csv and is none. Sources: RFC 1952, APPNOTE.TXT, and each format's specification. */
const SIGNATURES: readonly (readonly [name: string, bytes: readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['a ZIP archive or an Excel workbook (XLSX)', [0x50, 0x4b, 0x03, 0x04]],
  ['an empty ZIP archive', [0x50, 0x4b, 0x05, 0x06]],
  ['an old Excel workbook (XLS)', [0xd0, 0xcf, 0x11, 0xe0]],
  ['Parquet', [0x50, 0x41, 0x52, 0x31]],
  ['Zstandard', [0x28, 0xb5, 0x2f, 0xfd]],
  ['bzip2', [0x42, 0x5a, 0x68, 0x39]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ['7-Zip', [0x37, 0x7a, 0xbc, 0xaf]],
  ['PDF', [0x25, 0x50, 0x44, 0x46, 0x2d]],
];

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
  const format = SIGNATURES.find(([, bytes]) => startsWith(head, bytes));
  if (format) {
    throw new RefusedFileError(
      'type',
      `the file is ${format[0]}, not CSV text; unpack or export it as UTF-8 CSV`,
    );
  }
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
