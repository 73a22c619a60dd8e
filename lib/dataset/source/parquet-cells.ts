import type { SchemaElement } from 'hyparquet';
import { DEFAULT_PARSERS } from 'hyparquet/src/convert.js';
import { RefusedFileError } from '../../errors.ts';

/** One column of a Parquet file as text. */
export interface CellColumn {
  readonly name: string;
  /**
   * The element passed to hyparquet: numbers as they are stored, texts as CSV. Its own conversions lose
   * digits.
   */
  readonly element: SchemaElement;
  /** Formats a value as a CSV field. */
  text(value: unknown): string;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Parsers passed to hyparquet for texts and for timestamps of 96 bits. */
export const CELL_PARSERS = {
  ...DEFAULT_PARSERS,
  stringFromBytes: (bytes: Uint8Array) => csvText(decoded(bytes)),
  timestampFromNanoseconds: (nanoseconds: bigint) => nanoseconds as never,
};

/** @throws RefusedFileError `encoding` */
function decoded(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    throw new RefusedFileError(
      'encoding',
      'a text in the Parquet file is no UTF-8; write its column as UTF-8',
      {
        cause: error,
      },
    );
  }
}

/**
 * Formats a text as a CSV field. It quotes a leading #, which would make the line a comment, and a text of
 * only spaces, which would be empty.
 */
export const csvText = (text: string) =>
  /[",\r\n]|^#|^sep=/i.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

const asIs = String;

/**
 * How to write a column as text, or why it cannot be written.
 *
 * @returns a text, in words, for a column that no table can have
 */
export function cellColumn(element: SchemaElement): CellColumn | string {
  if (element.num_children || !element.type) return 'nested';
  if (element.repetition_type === 'REPEATED') return 'a list';
  const how = writer(element);
  if (typeof how === 'string') return how;
  const { name, type, type_length: length, repetition_type: repetition } = element;
  const stored: SchemaElement = {
    name,
    type,
    ...(length === undefined ? {} : { type_length: length }),
    ...(repetition === undefined ? {} : { repetition_type: repetition }),
    ...(how === TEXT ? { converted_type: 'UTF8' as const } : {}),
  };
  return { name, element: stored, text: how };
}

/** Texts are CSV fields already: see CELL_PARSERS. */
const TEXT = (value: unknown) => value as string;

type Writer = (value: unknown) => string;

function writer(element: SchemaElement): Writer | string {
  const { type, converted_type: converted, logical_type: logical } = element;
  const kind = logical?.type ?? converted;
  if (type === 'BYTE_ARRAY' || type === 'FIXED_LEN_BYTE_ARRAY') return bytesWriter(element, kind);
  if (kind === 'DECIMAL') return decimalWriter(element);
  if (kind === 'DATE') return (days) => isoDate(BigInt(days as number) * 86_400_000n);
  if (kind?.startsWith('TIME')) return timeWriter(element);
  switch (type) {
    case 'BOOLEAN':
    case 'DOUBLE':
      return asIs;
    case 'FLOAT':
      return (value) => shortestFloat(value as number);
    case 'INT96':
      return (nanoseconds) => isoTime(nanoseconds as bigint, 9, false);
    case 'INT32':
      return isUnsigned(element) ? (value) => String((value as number) >>> 0) : asIs;
    default:
      return isUnsigned(element) ? (value) => String(BigInt.asUintN(64, value as bigint)) : asIs;
  }
}

function bytesWriter(element: SchemaElement, kind: string | undefined): Writer | string {
  if (kind === 'DECIMAL') return decimalWriter(element);
  if (kind === 'UUID') return (bytes) => DEFAULT_PARSERS.uuidFromBytes(bytes as Uint8Array);
  if (kind === 'FLOAT16') return (bytes) => String(half(bytes as Uint8Array));
  const isText = kind !== undefined && ['STRING', 'UTF8', 'ENUM', 'JSON'].includes(kind);
  return isText ? TEXT : (kind ?? 'binary').toLowerCase();
}

function isUnsigned({ converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  return converted?.startsWith('UINT_') || (logical?.type === 'INTEGER' && !logical.isSigned);
}

/**
 * Shortest decimal that reads back as the same 32-bit float. 9 digits are always enough, and few floats need
 * more than 6.
 */
function shortestFloat(value: number): string {
  // Below the smallest normal float even 6 digits are more than it has.
  const first = Math.abs(value) < 2 ** -126 ? 1 : 6;
  for (let digits = first; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return Number.isFinite(value) ? String(Number(value.toPrecision(9))) : String(value);
}

/** Decodes a 16-bit float. Source: IEEE 754, 3.6. */
function half(bytes: Uint8Array): number {
  const bits = bytes[0]! | (bytes[1]! << 8);
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = (bits & 0x3ff) / 1024;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15));
}

function decimalWriter(element: SchemaElement): Writer {
  const { logical_type: logical } = element;
  const scale = (logical?.type === 'DECIMAL' ? logical.scale : undefined) ?? element.scale ?? 0;
  return (value) => decimal(value instanceof Uint8Array ? bigEndian(value) : BigInt(value as number), scale);
}

function bigEndian(bytes: Uint8Array): bigint {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
  return hex === '' ? 0n : BigInt.asIntN(8 * bytes.length, BigInt(`0x${hex}`));
}

function decimal(unscaled: bigint, scale: number): string {
  const sign = unscaled < 0n ? '-' : '';
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  const point = digits.length - scale;
  return scale > 0 ? `${sign}${digits.slice(0, point)}.${digits.slice(point)}` : `${sign}${digits}`;
}

function timeWriter({ logical_type: logical, converted_type: converted }: SchemaElement): Writer {
  const isLogical = logical?.type === 'TIMESTAMP' || logical?.type === 'TIME';
  const unit = isLogical ? logical.unit : converted?.endsWith('MILLIS') ? 'MILLIS' : 'MICROS';
  const digits = { MILLIS: 3, MICROS: 6, NANOS: 9 }[unit];
  // The older annotation does not mention time zones and means UTC. Source: LogicalTypes.md.
  const isUtc = isLogical ? logical.isAdjustedToUTC : true;
  const isClock = (logical?.type ?? converted)!.match(/^TIME(_MI|$)/) !== null;
  if (isClock) return (count) => isoTime(BigInt(count as number), digits, false).slice('1970-01-01T'.length);
  return (count) => isoTime(BigInt(count as number), digits, isUtc);
}

/** Formats `2024-05-01T12:30:00`, with as many digits of a second as there are. */
function isoTime(count: bigint, digits: number, isUtc: boolean): string {
  const perSecond = 10n ** BigInt(digits);
  const fraction = ((count % perSecond) + perSecond) % perSecond;
  const whole = (count - fraction) / perSecond;
  const second = isoSecond(whole * 1000n);
  // A value outside any calendar stays as stored; the reader of the text judges it.
  if (second === undefined) return String(count);
  const decimals = String(fraction).padStart(digits, '0').replace(/0+$/, '');
  return `${second}${decimals === '' ? '' : `.${decimals}`}${isUtc ? 'Z' : ''}`;
}

function isoDate(milliseconds: bigint): string {
  return isoSecond(milliseconds)?.slice(0, -'T00:00:00'.length) ?? String(milliseconds / 86_400_000n);
}

function isoSecond(milliseconds: bigint): string | undefined {
  const time = new Date(Number(milliseconds));
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString().slice(0, -'.000Z'.length);
}
