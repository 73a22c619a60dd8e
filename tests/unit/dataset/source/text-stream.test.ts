import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { encodingFault } from '../../../../lib/dataset/source/encoding-fault.ts';
import { fileFormat } from '../../../../lib/dataset/source/file-format.ts';
import { encodingOf } from '../../../../lib/dataset/source/text-encoding.ts';
import { TextStream } from '../../../../lib/dataset/source/text-stream.ts';
import { ReusingSource, textOf, textRefusal } from '../../../helpers/source-bytes.ts';

const read = (bytes: Uint8Array, options = {}) => textOf(new ReusingSource(bytes, [7]), options);
const TABLE = 'x,city\n1,Köln\n2,東京 😀\n';
const utf16le = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');

describe('the format that a name suggests', () => {
  it.each([
    ['iris.csv', 'csv', null],
    ['flowers/IRIS.TSV', 'csv', null],
    ['iris.data', 'csv', null],
    ['a.CSV.GZ', 'csv', 'gzip'],
    ['a.tar.gz', 'csv', null],
    ['a.Parquet', 'parquet', null],
    ['parquet', 'csv', null],
  ] as const)('%s is %s, compression %s', (name, format, compression) => {
    expect(fileFormat(name)).toEqual({ format, compression });
  });
});

describe('the encoding of a text', () => {
  it.each([
    ['UTF-8', Buffer.from(TABLE), {}, 'utf-8', false],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${TABLE}`), {}, 'utf-8', true],
    ['UTF-8 by contract, with a mark', Buffer.from(`\ufeff${TABLE}`), { encoding: 'UTF8' }, 'utf-8', true],
    ['UTF-16 LE', utf16le(TABLE), {}, 'utf-16le', true],
    ['UTF-16 BE', utf16le(TABLE).swap16(), {}, 'utf-16be', true],
    ['UTF-16 BE by the contract utf-16', utf16le(TABLE).swap16(), { encoding: 'utf-16' }, 'utf-16be', true],
    [
      'UTF-16 LE without a mark by contract',
      Buffer.from(TABLE, 'utf16le'),
      { encoding: 'utf-16le' },
      'utf-16le',
      false,
    ],
  ])('reads %s', async (_, bytes, options, encoding, hasByteOrderMark) => {
    const { text, stream } = await read(bytes, options);
    expect(text).toBe(TABLE);
    expect(stream.facts).toEqual({ compression: null, encoding, hasByteOrderMark, lineEnd: undefined });
  });

  it('is read as the contract says', async () => {
    const latin = Buffer.from('name,price\ncafé,3 \x80\n', 'latin1');
    expect((await read(latin, { encoding: 'cp1252' })).text).toBe('name,price\ncafé,3 €\n');
    const polish = Buffer.from([0xb3, 0xf3, 0x64, 0xbc]);
    expect((await read(polish, { encoding: 'iso-8859-2' })).text).toBe('łódź');
    const japanese = Buffer.from([0x93, 0x8c, 0x8b, 0x9e]);
    expect((await textOf(new ReusingSource(japanese, [1]), { encoding: 'shift_jis' })).text).toBe('東京');
  });

  it('is named as in the Encoding Standard, and unknown ones are recognised', () => {
    expect(encodingOf('Latin1')).toBe('windows-1252');
    expect(encodingOf('UTF-16')).toBe('utf-16le');
    expect(encodingOf('utf-7')).toBeUndefined();
    expect(encodingOf('excel')).toBeUndefined();
  });

  it('changes UTF-8 only by cutting off the byte order mark, without copies', async () => {
    const chunk = Buffer.from(`\ufeff${'x'.repeat(100_000)}`);
    for await (const given of new TextStream([chunk] as never, { compression: null, fileBytes: 1e6 })) {
      expect(given.buffer).toBe(chunk.buffer);
      expect(given.byteOffset).toBe(chunk.byteOffset + 3);
    }
  });

  it.each([
    ['a mark of UTF-16 and a contract for UTF-8', utf16le(TABLE), 'utf-8', 1, /utf-16le.*"utf-8"/],
    [
      'a mark of UTF-8 and a contract for windows-1252',
      Buffer.from(`\ufeff${TABLE}`),
      'windows-1252',
      1,
      /utf-8.*"windows-1252"/,
    ],
    ['UTF-32 LE', Buffer.from([0xff, 0xfe, 0, 0, 0x78, 0, 0, 0]), undefined, 1, /UTF-32/],
    ['UTF-32 BE', Buffer.from([0, 0, 0xfe, 0xff, 0, 0, 0, 0x78]), undefined, 1, /UTF-32/],
    ['UTF-16 LE without a mark', Buffer.from(TABLE, 'utf16le'), undefined, 1, /"encoding": "utf-16le"/],
    [
      'UTF-16 BE without a mark',
      Buffer.from(TABLE, 'utf16le').swap16(),
      undefined,
      1,
      /"encoding": "utf-16be"/,
    ],
    ['half of a UTF-16 character', utf16le(TABLE).subarray(0, -1), undefined, 3, /utf-16le/],
    ['a lone surrogate', utf16le('x,y\n1,\ud800a\n'), undefined, 2, /after "1,"/],
    [
      'no character of its one-byte table',
      Buffer.from('x,y\n1,a\xa1\n', 'latin1'),
      'iso-8859-6',
      2,
      /iso-8859-6.*after "1,a"/,
    ],
    [
      'what is no Shift JIS',
      Buffer.from('x,y\r1,2\r3,\xff4\r', 'latin1'),
      'shift_jis',
      3,
      /shift_jis.*after "3,"/,
    ],
  ])('refuses %s', async (_, bytes, encoding, line, message) => {
    const refusal = await textRefusal(bytes, encoding === undefined ? {} : { encoding });
    expect(refusal).toMatchObject({ code: 'encoding', line });
    expect(refusal.message).toMatch(message);
  });

  it('finds the line of a fault far into the text', async () => {
    const bytes = Buffer.from(`${'abc,def\n'.repeat(200_000)}x,\xff\n`, 'latin1');
    expect(await textRefusal(bytes, { encoding: 'euc-kr' })).toMatchObject({
      code: 'encoding',
      line: 200_001,
    });
  });
});

describe('the message for a fault in UTF-8', () => {
  it('shows the line as it is and as windows-1252, and names the key', () => {
    const line = Buffer.from('12,caf\xe9 "au lait",3 \x80', 'latin1');
    const { message, fix } = encodingFault(7, line, line.indexOf(0xe9));
    expect(message).toBe(
      'line 7: expected UTF-8 text, got the byte 0xe9 in "12,caf\\xe9 \\"au lait\\",3 \\x80"; ' +
        'in windows-1252 that reads "12,café \\"au lait\\",3 €"',
    );
    expect(fix).toContain('"encoding": "windows-1252"');
  });

  it.each(['cost \xa35', 'a \x93quote\x94', '21 \xb0C', 'S\xe3o Paulo, \xa9 2024'])(
    'takes signs among plain letters for windows-1252: %s',
    (text) => {
      const line = Buffer.from(text, 'latin1');
      const at = line.findIndex((byte) => byte > 0x7f);
      expect(encodingFault(1, line, at).fix).toContain('"encoding": "windows-1252"');
    },
  );

  it.each([
    ['Cyrillic', [0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2]],
    ['Chinese', [0xb1, 0xb1, 0xbe, 0xa9]],
    ['Japanese', [0x82, 0xb1, 0x82, 0xf1, 0x82, 0xc9, 0x82, 0xbf]],
  ])('does not take whole words of %s for windows-1252', (_, bytes) => {
    const { message, fix } = encodingFault(1, Buffer.from([0x31, 0x2c, ...bytes]), 2);
    expect(message).not.toContain('windows-1252');
    expect(fix).toContain('"windows-1251" (Cyrillic)');
  });

  it('cuts long lines around the fault, between characters', () => {
    const line = Buffer.concat([
      Buffer.from('ä'.repeat(500)),
      Buffer.from([0x2c, 0xfc, 0x2c]),
      Buffer.alloc(500, 'y'),
    ]);
    const { message } = encodingFault(1, line, 1001);
    expect(message).toContain(`"${'ä'.repeat(15)},\\xfc,yyy`);
    expect(message.length).toBeLessThan(300);
  });

  it('does not guess when windows-1252 does not read like text', () => {
    const { message, fix } = encodingFault(1, Buffer.from([0x61, 0x81, 0x8d, 0xff]), 1);
    expect(message).toBe('line 1: expected UTF-8 text, got the byte 0x81 in "a\\x81\\x8d\\xff"');
    expect(fix).toContain('"encoding"');
    expect(encodingFault(1, Buffer.from('a\0b'), 1).message).toContain('a NUL byte in "a\\x00b"');
  });
});

describe('lines that end in CR', () => {
  it.each([
    ['CR alone', 'x,y\r1,2\r', 'x,y\n1,2\n', 'cr'],
    ['one CR at the very end', 'x,y\r', 'x,y\n', 'cr'],
    ['LF, with a CR as data', 'x,y\n1,"a\rb"\n', 'x,y\n1,"a\rb"\n', undefined],
    ['CRLF', 'x,y\r\n1,2\r\n', 'x,y\r\n1,2\r\n', undefined],
    ['no line end', 'x,y', 'x,y', undefined],
    ['CR CR LF', 'x,y\r\r\n1,"a\r\nb"\r\r\n\r\r\n', 'x,y\r\n1,"a\r\nb"\r\n\r\n', 'crcrlf'],
    ['CR CR LF, cut', 'x,y\r\r\n1,2\r\r', 'x,y\r\n1,2\r', 'crcrlf'],
    ['CR CR LF further down', 'x,y\r\n1,2\r\r\n', 'x,y\r\n1,2\r\r\n', undefined],
  ])('%s', async (_, text, expected, lineEnd) => {
    for (const size of [1, 3, 100]) {
      const { text: got, stream } = await textOf(new ReusingSource(Buffer.from(text), [size]));
      expect(got).toBe(expected);
      expect(stream.facts!.lineEnd).toBe(lineEnd);
    }
  });

  it('are detected in 64 KiB and the LF that may follow', async () => {
    const field = 'y'.repeat(65_535);
    for (const sizes of [[1000], [65_536], [65_537], [200_000]]) {
      const crlf = await textOf(new ReusingSource(Buffer.from(`${field}\r\n1,2\r\n`), sizes));
      expect(crlf.stream.facts!.lineEnd).toBeUndefined();
      const beyond = await textOf(new ReusingSource(Buffer.from(`${field}y\r1,2\r`), sizes));
      expect(beyond.stream.facts!.lineEnd).toBeUndefined();
      const doubled = await textOf(new ReusingSource(Buffer.from(`${field}yyy\r\r\n1,2\r\r\n`), sizes));
      expect(doubled.stream.facts!.lineEnd).toBeUndefined();
      const cr = await textOf(new ReusingSource(Buffer.from(`${field}\r1,2\r`), sizes));
      expect(cr.text).toBe(`${field}\n1,2\n`);
    }
  });

  it('are detected in other encodings and in gzip', async () => {
    const bytes = gzipSync(utf16le('x,y\r1,ä\r'));
    const { text, stream } = await read(bytes, { compression: 'gzip' });
    expect(text).toBe('x,y\n1,ä\n');
    expect(stream.facts).toEqual({
      compression: 'gzip',
      encoding: 'utf-16le',
      hasByteOrderMark: true,
      lineEnd: 'cr',
    });
  });
});

describe('a file that is not text', () => {
  it.each([
    ['gzip', gzipSync('x'), /name it \.csv\.gz/],
    ['Parquet', Buffer.from('PAR1aaaaaaaaaaaaaaaaaaaa'), /name it \.parquet/],
    ['a workbook', Buffer.from('PK\x03\x04aaaaaaaaaaaaaaaa'), /CSV UTF-8/],
    ['XLS', Buffer.from('\xd0\xcf\x11\xe0aaaaaaaaaaaaaaa', 'latin1'), /CSV UTF-8/],
    ['Zstandard', Buffer.from('\x28\xb5\x2f\xfdaaaaaaaaaaaaa', 'latin1'), /gzip/],
    ['an SQLite database', Buffer.from('SQLite format 3\0'), /export/],
    ['a web page', Buffer.from('<!DOCTYPE html><html><body>Sign in</body></html>'), /instead of the table/],
    ['JSON of records', Buffer.from('[{"a":1,"class":"x"}]'), /JSON.*export/],
    ['JSON on several lines', Buffer.from('{\n  "rows": []\n}\n'), /JSON.*export/],
    ['SQL', Buffer.from('INSERT INTO iris (a, b) VALUES\n(1, 2),\n'), /SQL.*not its statements/],
    ['a dump', Buffer.from('-- MySQL dump 10.13\n--\n'), /SQL.*not its statements/],
    ['a rich text', Buffer.from('{\\rtf1\\ansi a,b}'), /export/],
    ['a picture', Buffer.from('\x89PNG\r\n\x1a\naaaaaaaa', 'latin1'), /picture/],
    ['ARFF', Buffer.from('@RELATION iris\n\n@ATTRIBUTE a REAL\n'), /lines that begin with @/],
  ])('refuses %s under another name', async (_, bytes, message) => {
    const refusal = await textRefusal(bytes);
    expect(refusal.code).toBe('type');
    expect(refusal.message).toMatch(message);
    expect((await textRefusal(gzipSync(bytes), { compression: 'gzip' })).message).toMatch(message);
  });
});

describe('the bytes as received', () => {
  it('are counted and hashed, compressed or not', async () => {
    for (const [bytes, compression] of [
      [Buffer.from(TABLE), null],
      [gzipSync(TABLE), 'gzip'],
      [Buffer.alloc(0), null],
      [Buffer.alloc(0), 'gzip'],
    ] as const) {
      const { stream } = await read(bytes, { compression });
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      expect(await stream.received()).toEqual({ sizeBytes: bytes.length, sha256 });
      expect(stream.facts).toMatchObject({ compression, encoding: 'utf-8' });
    }
  });

  it('may reach the limit, and are read up to it', async () => {
    const bytes = Buffer.from(TABLE);
    expect((await read(bytes, { fileBytes: bytes.length })).text).toBe(TABLE);
    for (const size of [1, 5, 1000]) {
      let got = '';
      const reading = async () => {
        const stream = new TextStream(new ReusingSource(bytes, [size]), { compression: null, fileBytes: 6 });
        for await (const chunk of stream) got += Buffer.from(chunk).toString();
      };
      await expect(reading()).rejects.toMatchObject({ code: 'size' });
      expect(got).toBe(TABLE.slice(0, 6));
    }
  });
});

describe('a source', () => {
  it('is closed when its reader stops, and read no further than needed', async () => {
    const plain = Buffer.alloc(10_000_000, 'x,y\n');
    for (const [bytes, compression] of [
      [plain, null],
      [gzipSync(plain, { level: 0 }), 'gzip'],
    ] as const) {
      const source = new ReusingSource(bytes, [100_000]);
      for await (const chunk of new TextStream(source, { compression, fileBytes: 1e9 })) {
        expect(chunk.length).toBeGreaterThan(0);
        break;
      }
      expect(source.isEnded).toBe(true);
      expect(source.given).toBeLessThan(2_000_000);
    }
  });

  it('has its fault reported through all layers', async () => {
    async function* failing() {
      yield gzipSync('x,y\n1,2\n').subarray(0, 20);
      throw new Error('connection lost');
    }
    for (const compression of [null, 'gzip'] as const) {
      const encoding = compression === null ? { encoding: 'windows-1252' } : {};
      const start =
        compression === null
          ? (async function* () {
              yield Buffer.from('x,y\n');
              yield* failing();
            })()
          : failing();
      await expect(textOf(start, { compression, ...encoding })).rejects.toThrow('connection lost');
    }
  });
});
