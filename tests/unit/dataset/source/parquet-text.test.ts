import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { FileSource } from '../../../../lib/dataset/source/file-source.ts';
import { ParquetText } from '../../../../lib/dataset/source/parquet-text.ts';
import { RefusedFileError } from '../../../../lib/errors.ts';
import { ingest } from '../../../helpers/csv-ingest.ts';
import { refusalFrom } from '../../../helpers/source-bytes.ts';
import { xorshift } from '../../../helpers/xorshift.ts';

/** Written by parquet-files/make.py. */
const file = (name: string) =>
  readFileSync(fileURLToPath(new URL(`parquet-files/${name}.parquet`, import.meta.url)));

function sourceOf(bytes: Uint8Array, chunkBytes = 1000): FileSource {
  return {
    name: 'table.parquet',
    sizeBytes: bytes.length,
    async *open(from = 0, to = bytes.length) {
      for (let at = from; at < to; at += chunkBytes) yield bytes.slice(at, Math.min(to, at + chunkBytes));
    },
  };
}

async function read(bytes: Uint8Array, fileBytes = 1e9): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of new ParquetText(sourceOf(bytes), { fileBytes })) parts.push(chunk);
  return Buffer.concat(parts).toString();
}

const refusal = (bytes: Uint8Array, fileBytes?: number) => refusalFrom(read(bytes, fileBytes));

/** The table that make.py writes in many formats. */
const ROWS = Array.from({ length: 600 }, (_, i) => {
  const [n, c, b] = [
    i % 7 === 0 ? '' : i * i,
    i % 11 === 0 ? '' : ['red', 'green', 'blue'][i % 3],
    i % 5 === 0 ? '' : i % 2 === 0,
  ];
  return `${n},${i},${i / 8},${c},row number ${Math.floor(i / 3)},${b}`;
});
const TABLE = `n,i,x,c,t,b\n${ROWS.join('\n')}\n`;

describe('a Parquet file as CSV', () => {
  it('has every type of value exactly', async () => {
    const [header, first, second, third] = (await read(file('types'))).split(/\n(?!c")/);
    expect(header).toBe('i8,u32,i64,u64,f16,f32,f64,yes,money,small,day,ms,us,ns,clock,text,"#none"');
    expect(first).toBe(
      '1,4294967295,9007199254740993,18446744073709551615,0.5,0.1,0.1,true,-0.05,1.5,2024-02-29,' +
        '2024-01-02T03:04:05.6,2024-01-02T03:04:05.000006Z,2024-01-02T03:04:05.000000007,01:02:03,"a,""b""\nc",',
    );
    expect(second).toBe(
      '-2,0,-1,0,65504,16777216,1e+300,false,12345678901234567890.12,-20.0,1969-12-31,' +
        '1969-12-31T23:59:59.999,2000-01-01T00:00:00Z,1970-01-01T00:00:00,23:59:59.5, é ,',
    );
    expect(third).toBe(','.repeat(16));
    expect(await read(file('int96'))).toBe('at\n2024-01-02T03:04:05.6\n\n');
  });

  it.each(['none', 'snappy', 'gzip', 'brotli', 'zstd', 'v2', 'checked', 'delta', 'polars', 'duckdb'])(
    'is the same however it was written: %s',
    async (name) => {
      expect(await read(file(name))).toBe(TABLE);
    },
  );

  it('holds what ingestion wrote', async () => {
    const csv = `x,colour,y,label\n1.5,red,,p\n0,"gr""een, é",20000000000,q\n${'3.25,blue,-1,p\n'.repeat(70)}`;
    const { parquet } = await ingest(csv, { limits: { rowGroupRows: 16 } });
    expect(await read(parquet)).toBe(csv);
  });

  it('has the shortest decimals that read back as the same floats', async () => {
    const floats = Float32Array.of(
      0.1,
      1 / 3,
      16777217,
      1e-45,
      3.4028235e38,
      5e-39,
      123456.79,
      -0.3,
      2 ** 24 + 2,
    );
    const { cellColumn } = await import('../../../../lib/dataset/source/parquet-cells.ts');
    const column = cellColumn({ name: 'x', type: 'FLOAT' });
    if (typeof column === 'string') throw new Error(column);
    const texts = Array.from(floats, (value) => column.text(value));
    expect(texts).toEqual([
      '0.1',
      '0.33333334',
      '16777216',
      '1e-45',
      '3.4028235e+38',
      '5e-39',
      '123456.79',
      '-0.3',
      '16777218',
    ]);
  });

  it('gives the size and sha256 of the file', async () => {
    const bytes = file('zstd');
    const text = new ParquetText(sourceOf(bytes), { fileBytes: 1e6 });
    for await (const chunk of text) expect(chunk.length).toBeGreaterThan(0);
    expect(text.received).toEqual({
      sizeBytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
  });
});

describe('a Parquet file that is refused', () => {
  const end = (bytes: Buffer, magic: string) => Buffer.concat([bytes.subarray(0, -4), Buffer.from(magic)]);
  const longFooter = Buffer.from(file('int96'));
  longFooter.writeUInt32LE(0x7fffffff, longFooter.length - 8);
  it.each([
    [
      'nested, list and binary columns',
      file('nested'),
      'columns',
      /"list" \(nested\), "pair" \(nested\), "raw" \(binary\)/,
    ],
    ['a codec that is not read', file('lz4'), 'type', /LZ4/],
    ['a file without its end', file('zstd').subarray(0, -100), 'type', /its end is missing/],
    ['an encrypted footer', end(file('zstd'), 'PARE'), 'type', /encrypted/],
    ['a footer of impossible length', longFooter, 'type', /footer/],
    ['text', Buffer.from('x,y\n1,2\n3,4\n5,6\n'), 'type', /not Parquet; name it \.csv/],
    ['gzip', Buffer.from('\x1f\x8baaaaaaaaaaaaaaaaa', 'latin1'), 'type', /gzip/],
    ['nothing', Buffer.alloc(0), 'empty', /empty/],
    ['four bytes', Buffer.from('PAR1'), 'type', /Parquet/],
  ])('%s', async (_, bytes, code, message) => {
    const error = await refusal(bytes);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  it('may be too large, as a file or as text', async () => {
    const bytes = file('delta');
    expect((await refusal(bytes, bytes.length - 1)).code).toBe('size');
    expect(TABLE.length).toBeGreaterThan(bytes.length);
    expect((await refusal(bytes, bytes.length)).code).toBe('size');
  });

  it('may fail a checksum', async () => {
    const bytes = file('checked');
    bytes[bytes.length >> 2]! ^= 1;
    expect((await refusal(bytes)).message).toMatch(/row group 1 cannot be read/);
  });

  it('throws the fault of its source unchanged', async () => {
    const source = sourceOf(file('zstd'));
    const broken = {
      ...source,
      open: (from = 0, to = source.sizeBytes) => {
        if (from < 100) throw new Error('connection lost');
        return source.open(from, to);
      },
    };
    const reading = async () => {
      for await (const chunk of new ParquetText(broken, { fileBytes: 1e6 })) expect(chunk).toBeDefined();
    };
    await expect(reading()).rejects.toThrow('connection lost');
  });

  it.each(['delta', 'v2', 'snappy', 'polars', 'types'])(
    'is damaged anywhere: it ends, with text or a refusal: %s',
    async (name) => {
      const whole = file(name);
      const random = xorshift(20_240_501);
      const verdicts = new Set<string>();
      for (let i = 0; i < 300; i++) {
        const bytes = Buffer.from(whole);
        // Most of the reading depends on the metadata, which are at the end.
        const from = i % 2 === 0 ? 0 : Math.floor(whole.length * 0.7);
        for (let flips = 1 + (i % 3); flips > 0; flips--) {
          const at = from + Math.floor(random() * (whole.length - from));
          bytes[at] = i % 5 === 0 ? 0xff : bytes[at]! ^ (1 << Math.floor(random() * 8));
        }
        try {
          await read(bytes);
          verdicts.add('text');
        } catch (error) {
          if (!(error instanceof RefusedFileError)) throw error;
          verdicts.add(error.code);
        }
      }
      expect(verdicts).toContain('type');
    },
    120_000,
  );
});
