import { isUtf8 } from 'node:buffer';
import { canonicalJson } from '../canonical-json.ts';
import { ArtifactError } from '../errors.ts';
import { sha256, sha256Hex } from '../sha256.ts';

/*
 * The container of a `.knn` file:
 *
 *   offset 0   magic, 8 bytes "KNNMODEL"
 *          8   format version, uint32
 *         12   header length in bytes, uint32
 *         16   header, canonical JSON in UTF-8: { meta, sections: [{ name, type, offset, length }] }
 *              sections, each at a multiple of 64 bytes from the start, zeros between them
 *   last 32    sha256 of everything before it
 *
 * All numbers are little-endian. Sections begin at a multiple of 64 bytes, the size of a cache line. This
 * aligns every typed array, so that sections are used in place. The file's name is the sha256 of the whole
 * file; the digest at its end is for a reader who has only the file.
 */

const MAGIC = Buffer.from('KNNMODEL', 'latin1');
const FORMAT_VERSION = 1;
const PREFIX_BYTES = 16;
const ALIGNMENT_BYTES = 64;
const DIGEST_BYTES = 32;

const SECTION_TYPES = {
  f64: Float64Array,
  f32: Float32Array,
  i32: Int32Array,
  u32: Uint32Array,
  u16: Uint16Array,
  u8: Uint8Array,
  i8: Int8Array,
} as const;

type SectionType = keyof typeof SECTION_TYPES;
export type SectionArray =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Uint16Array
  | Uint8Array
  | Int8Array;

interface SectionEntry {
  readonly name: string;
  readonly type: SectionType;
  /** Bytes from the start of the file. */
  readonly offset: number;
  /** Elements. */
  readonly length: number;
}

/** The content of a file: JSON metadata and named arrays. */
export interface ArtifactContent {
  readonly meta: unknown;
  readonly sections: ReadonlyMap<string, SectionArray>;
}

/** The bytes of a `.knn` file and their sha256 in hexadecimal. Equal content gives equal bytes. */
export function writeArtifact(content: ArtifactContent): { bytes: Uint8Array<ArrayBuffer>; sha256: string } {
  const { header, entries, sizeBytes } = layOut(content);
  const bytes = new Uint8Array(sizeBytes);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC, 0);
  view.setUint32(8, FORMAT_VERSION, true);
  view.setUint32(12, header.length, true);
  bytes.set(header, PREFIX_BYTES);
  for (const entry of entries) {
    const array = content.sections.get(entry.name)!;
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), entry.offset);
  }
  const body = bytes.subarray(0, sizeBytes - DIGEST_BYTES);
  bytes.set(sha256(body), sizeBytes - DIGEST_BYTES);
  return { bytes, sha256: sha256Hex(bytes) };
}

/**
 * The header contains the sections' offsets, and the offsets depend on the header's length. So sections are
 * laid out from an upper bound of that length, and the header is padded with spaces, which JSON allows.
 */
function layOut({ meta, sections }: ArtifactContent) {
  const names = [...sections.keys()].sort();
  const place = (start: number): { entries: SectionEntry[]; end: number } => {
    let end = start;
    const entries = names.map((name) => {
      const array = sections.get(name)!;
      const offset = align(end);
      end = offset + array.byteLength;
      return { name, type: typeOf(array), offset, length: array.length };
    });
    return { entries, end };
  };
  const encode = (entries: SectionEntry[]) => Buffer.from(canonicalJson({ meta, sections: entries }), 'utf8');
  let start = align(PREFIX_BYTES + encode(place(0).entries).length);
  for (;;) {
    const { entries, end } = place(start);
    const json = encode(entries);
    if (PREFIX_BYTES + json.length <= start) {
      const header = Buffer.concat([json, Buffer.alloc(start - PREFIX_BYTES - json.length, ' ')]);
      return { header, entries, sizeBytes: align(end) + DIGEST_BYTES };
    }
    start += ALIGNMENT_BYTES;
  }
}

/**
 * Opens a `.knn` file. Checks everything and copies nothing, unless `bytes` begins at an unaligned offset of
 * its buffer.
 *
 * @param expectedSha256 the name the file was requested by; without it the digest at the file's end is
 *   checked
 * @throws ArtifactError `artifact_<check>` with the first check that failed
 */
export function openArtifact(bytes: Uint8Array<ArrayBuffer>, expectedSha256?: string): ArtifactContent {
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  checkPrefix(aligned);
  checkDigest(aligned, expectedSha256);
  const headerLength = new DataView(aligned.buffer, aligned.byteOffset).getUint32(12, true);
  const { meta, entries } = readHeader(aligned, headerLength);
  const sections = new Map<string, SectionArray>();
  let end = PREFIX_BYTES + headerLength;
  for (const entry of entries) {
    end = checkPlace(entry, end, aligned);
    const Type = SECTION_TYPES[entry.type];
    sections.set(entry.name, new Type(aligned.buffer, aligned.byteOffset + entry.offset, entry.length));
  }
  if (align(end) + DIGEST_BYTES !== aligned.length) {
    throw failed('size', `expected ${align(end) + DIGEST_BYTES} bytes, got ${aligned.length}`);
  }
  return { meta, sections };
}

function checkPrefix(bytes: Uint8Array): void {
  if (bytes.length < PREFIX_BYTES + DIGEST_BYTES)
    throw failed('size', `${bytes.length} bytes are too few for a .knn file`);
  if (!MAGIC.equals(bytes.subarray(0, 8))) throw failed('magic', 'it does not begin with "KNNMODEL"');
  const version = new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true);
  if (version !== FORMAT_VERSION) {
    throw failed('format', `format version ${version}; this release reads version ${FORMAT_VERSION}`);
  }
}

function checkDigest(bytes: Uint8Array, expectedSha256: string | undefined): void {
  if (expectedSha256 !== undefined) {
    const actual = sha256Hex(bytes);
    if (actual !== expectedSha256) throw failed('sha256', `expected sha256 ${expectedSha256}, got ${actual}`);
    return;
  }
  const body = bytes.subarray(0, bytes.length - DIGEST_BYTES);
  const stored = Buffer.from(bytes.subarray(bytes.length - DIGEST_BYTES));
  if (!sha256(body).equals(stored)) {
    throw failed('digest', 'its bytes do not match the digest at its end: it was damaged or cut off');
  }
}

function readHeader(bytes: Uint8Array, headerLength: number): { meta: unknown; entries: SectionEntry[] } {
  const end = PREFIX_BYTES + headerLength;
  if (end > bytes.length - DIGEST_BYTES)
    throw failed('header', `its header of ${headerLength} bytes is cut off`);
  let header: unknown;
  try {
    header = JSON.parse(strictText(bytes.subarray(PREFIX_BYTES, end)));
  } catch (cause) {
    throw failed('header', 'its header is not JSON', cause);
  }
  const { meta, sections } = (header ?? {}) as { meta?: unknown; sections?: unknown };
  if (!Array.isArray(sections) || !sections.every(isSectionEntry)) {
    throw failed('header', 'its header lists no valid sections');
  }
  return { meta, entries: sections };
}

/** Gives the result of TextDecoder's fatal mode, which takes longer to start. */
function strictText(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw new TypeError('it is not UTF-8');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}

function isSectionEntry(value: unknown): value is SectionEntry {
  const { name, type, offset, length } = (value ?? {}) as Partial<SectionEntry>;
  return (
    typeof name === 'string' &&
    typeof type === 'string' &&
    Object.hasOwn(SECTION_TYPES, type) &&
    Number.isSafeInteger(offset) &&
    Number.isSafeInteger(length) &&
    length! >= 0
  );
}

/**
 * Sections follow each other in the header's order. Each begins at the next multiple of 64 bytes, after
 * zeros.
 */
function checkPlace(entry: SectionEntry, previousEnd: number, bytes: Uint8Array): number {
  if (entry.offset !== align(previousEnd)) {
    throw failed('section', `section "${entry.name}" is at ${entry.offset}, expected ${align(previousEnd)}`);
  }
  const end = entry.offset + entry.length * SECTION_TYPES[entry.type].BYTES_PER_ELEMENT;
  if (end > bytes.length - DIGEST_BYTES)
    throw failed('section', `section "${entry.name}" reaches beyond the end`);
  if (bytes.subarray(previousEnd, entry.offset).some((byte) => byte !== 0)) {
    throw failed('padding', `there is something between the sections before "${entry.name}"`);
  }
  return end;
}

function typeOf(array: SectionArray): SectionType {
  const found = Object.entries(SECTION_TYPES).find(([, Type]) => array instanceof Type);
  return found![0] as SectionType;
}

function failed(check: string, fault: string, cause?: unknown): ArtifactError {
  const message = `The artifact is refused: ${fault}`;
  return new ArtifactError(`artifact_${check}`, message, cause === undefined ? {} : { cause });
}

const align = (offset: number) => Math.ceil(offset / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
