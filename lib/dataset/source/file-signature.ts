import { RefusedFileError } from '../../errors.ts';

/** Bytes at a file's start that `refuseBinary` needs, unless the file is shorter. */
export const SIGNATURE_BYTES = 16;

const UNPACK = 'unpack it and upload the CSV inside';
const EXPORT = 'export the table as UTF-8 CSV';
const ARFF = 'ARFF (Weka)';
const ARFF_REMEDY =
  'remove the lines that begin with @ or %, and write the names of the columns above the rows';

interface Signature {
  readonly name: string;
  readonly bytes: string;
  /** How to convert the file into one that can be read. */
  readonly remedy: string;
}

/**
 * First bytes, as Latin-1, of formats that are often named .csv but are not CSV. No header begins like those
 * that are text. Sources: RFC 1952, APPNOTE.TXT, and each format's specification or documentation.
 */
const SIGNATURES: readonly Signature[] = [
  { name: 'gzip', bytes: '\x1f\x8b', remedy: 'name it .csv.gz' },
  {
    name: 'an Excel workbook (XLSX) or a ZIP archive',
    bytes: 'PK\x03\x04',
    remedy: 'in Excel choose "Save as" and "CSV UTF-8", one file for each sheet; unpack an archive',
  },
  { name: 'an empty ZIP archive', bytes: 'PK\x05\x06', remedy: UNPACK },
  {
    name: 'an old Excel workbook (XLS)',
    bytes: '\xd0\xcf\x11\xe0',
    remedy: 'in Excel choose "Save as" and "CSV UTF-8", one file for each sheet',
  },
  { name: 'Parquet', bytes: 'PAR1', remedy: 'name it .parquet' },
  { name: 'encrypted Parquet', bytes: 'PARE', remedy: 'write it without encryption' },
  { name: 'Arrow or Feather', bytes: 'ARROW1', remedy: 'write it as Parquet or as UTF-8 CSV' },
  { name: 'Avro', bytes: 'Obj\x01', remedy: 'write it as Parquet or as UTF-8 CSV' },
  { name: 'an SQLite database', bytes: 'SQLite format 3\0', remedy: EXPORT },
  { name: 'HDF5', bytes: '\x89HDF', remedy: EXPORT },
  { name: 'a NumPy array', bytes: '\x93NUMPY', remedy: EXPORT },
  { name: 'Zstandard', bytes: '\x28\xb5\x2f\xfd', remedy: `${UNPACK}, or compress it with gzip as .csv.gz` },
  { name: 'LZ4', bytes: '\x04\x22\x4d\x18', remedy: `${UNPACK}, or compress it with gzip as .csv.gz` },
  { name: 'bzip2', bytes: 'BZh', remedy: `${UNPACK}, or compress it with gzip as .csv.gz` },
  { name: 'xz', bytes: '\xfd7zXZ', remedy: `${UNPACK}, or compress it with gzip as .csv.gz` },
  { name: '7-Zip', bytes: '7z\xbc\xaf', remedy: UNPACK },
  { name: 'PDF', bytes: '%PDF-', remedy: EXPORT },
  { name: 'a rich text (RTF)', bytes: '{\\rtf', remedy: EXPORT },
  { name: 'a picture (PNG)', bytes: '\x89PNG', remedy: EXPORT },
  { name: 'a picture (JPEG)', bytes: '\xff\xd8\xff', remedy: EXPORT },
  { name: 'an SPSS file', bytes: '$FL2', remedy: EXPORT },
  { name: 'a Stata file', bytes: '<stata_dta>', remedy: EXPORT },
  {
    name: 'a dump of PostgreSQL',
    bytes: 'PGDMP',
    remedy: 'export the table by COPY ... TO ... (FORMAT csv, HEADER)',
  },
  ...[
    'INSERT INTO ',
    'insert into ',
    'CREATE TABLE ',
    'create table ',
    'DROP TABLE ',
    '-- MySQL dump',
    '-- phpMyAdmin',
    '--\n-- Postgre',
  ].map((bytes) => ({
    name: 'SQL',
    bytes,
    remedy: 'export the rows of the table as UTF-8 CSV, not its statements',
  })),
  ...['<!DOCTYPE', '<!doctype', '<html', '<HTML', '<head', '<HEAD', '<table', '<TABLE'].map((bytes) => ({
    name: 'a web page (HTML)',
    bytes,
    remedy: 'the download gave a page instead of the table: open the page, and save the table itself',
  })),
  { name: 'XML', bytes: '<?xml', remedy: EXPORT },
  ...['@relation', '@RELATION'].map((bytes) => ({ name: ARFF, bytes, remedy: ARFF_REMEDY })),
  ...['{"', '[{', '{\n', '{\r\n', '[\n', '[\r\n'].map((bytes) => ({ name: 'JSON', bytes, remedy: EXPORT })),
];

/** Comments may stand above the first line that shows the format. */
const COMMENT_OR_BLANK = /^\s*(?:%|$)/;
const RELATION = /^\s*@relation\s/i;
/** Bytes that the comments may take. */
const ARFF_BYTES = 64 * 1024;

const startsWith = (bytes: Uint8Array, prefix: string) =>
  bytes.length >= prefix.length && [...prefix].every((byte, at) => bytes[at] === byte.charCodeAt(0));

/** The format with these first bytes, or undefined. */
export const signatureOf = (head: Uint8Array): Signature | undefined =>
  SIGNATURES.find(({ bytes }) => startsWith(head, bytes));

/**
 * Refuses a text that is Weka's ARFF, whose first line may be a comment.
 *
 * @throws RefusedFileError `type`, with how to save the file
 */
export function refuseArff(text: Uint8Array): void {
  const lines = Buffer.from(text.subarray(0, ARFF_BYTES)).toString('latin1').split('\n');
  const first = lines.find((line) => !COMMENT_OR_BLANK.test(line));
  if (first === undefined || !RELATION.test(first)) return;
  throw new RefusedFileError('type', `the file is ${ARFF}, not CSV text; ${ARFF_REMEDY}`);
}

/**
 * Refuses a file whose first bytes show that it is another format.
 *
 * @param head the first SIGNATURE_BYTES bytes, or more, unless the file is shorter
 * @param what names the bytes in the message: "the file", or what was inside it
 * @throws RefusedFileError `type`, with how to save the file
 */
export function refuseBinary(head: Uint8Array, what = 'the file'): void {
  const found = signatureOf(head);
  if (found) throw new RefusedFileError('type', `${what} is ${found.name}, not CSV text; ${found.remedy}`);
}
