import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { snappyUncompress } from 'hyparquet';
import { digestOf } from './s3/running-digest.ts';

/** A part of a table file. */
interface Block {
  readonly offset: number;
  readonly sizeBytes: number;
}

/** Both handles, padded, and eight bytes that mark a table. */
const FOOTER_BYTES = 48;
/** Behind each block: how it is compressed, and a checksum of the block and of that byte. */
const TYPE_BYTES = 1;
const CHECKSUM_BYTES = 4;
const SNAPPY = 1;

/**
 * The table files of a LevelDB with a block whose bytes are not those that were written. LevelDB has a
 * checksum of each block and looks at it only where it is told to, which `level` cannot do: a flipped bit
 * would come back as another value. Source: https://github.com/google/leveldb/blob/main/doc/table_format.md
 *
 * @param folder of a database that is not being written to
 */
export async function damagedTables(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.ldb'));
  const damaged: string[] = [];
  for (const name of names) if (!(await isWhole(await readFile(join(folder, name))))) damaged.push(name);
  return damaged;
}

async function isWhole(table: Buffer): Promise<boolean> {
  if (table.length < FOOTER_BYTES) return false;
  try {
    const footer = new Reader(table, table.length - FOOTER_BYTES);
    const directory = footer.block();
    const index = footer.block();
    const ownBlocks = [directory, index];
    for (const block of ownBlocks) if (!(await matches(table, block))) return false;
    const blocks = ownBlocks.flatMap((block) => blocksNamedIn(contentsOf(table, block)));
    for (const block of blocks) if (!(await matches(table, block))) return false;
    return true;
  } catch (error) {
    // A footer that names bytes beyond the file.
    if (error instanceof RangeError) return false;
    throw error;
  }
}

async function matches(table: Buffer, { offset, sizeBytes }: Block): Promise<boolean> {
  const end = offset + sizeBytes + TYPE_BYTES;
  const stored = table.readUInt32LE(end);
  const crc = (await digestOf('CRC32C', table.subarray(offset, end))).readUInt32BE();
  // Rotated and moved, since a checksum of bytes that hold checksums would be weak.
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0 === stored;
}

function contentsOf(table: Buffer, { offset, sizeBytes }: Block): Buffer {
  const bytes = table.subarray(offset, offset + sizeBytes);
  if (table[offset + sizeBytes] !== SNAPPY) return bytes;
  const contents = Buffer.alloc(new Reader(bytes, 0).varint());
  snappyUncompress(bytes, contents);
  return contents;
}

/** The blocks that a block of keys and handles names. At its end are places within it, and their number. */
function blocksNamedIn(contents: Buffer): Block[] {
  const restarts = contents.readUInt32LE(contents.length - CHECKSUM_BYTES);
  const end = contents.length - 4 * (restarts + 1);
  const reader = new Reader(contents, 0);
  const blocks: Block[] = [];
  while (reader.at < end) {
    reader.varint();
    const keyBytes = reader.varint();
    const valueBytes = reader.varint();
    const valueAt = reader.at + keyBytes;
    blocks.push(new Reader(contents, valueAt).block());
    reader.at = valueAt + valueBytes;
  }
  return blocks;
}

/** Reads LevelDB's numbers, seven bits a byte. @throws RangeError at the end of the bytes */
class Reader {
  readonly #bytes: Buffer;
  at: number;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#bytes.readUInt8(this.at++);
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  block(): Block {
    return { offset: this.varint(), sizeBytes: this.varint() };
  }
}
