import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodingOf } from '../../lib/dataset/source/text-encoding.ts';
import { TextStream, type TextStreamOptions } from '../../lib/dataset/source/text-stream.ts';
import { RefusedFileError } from '../../lib/errors.ts';
import { ReusingSource, refusalFrom, textOf } from '../helpers/source-bytes.ts';
import { xorshift } from '../helpers/xorshift.ts';

const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 100_000 })), {
  minLength: 1,
  maxLength: 6,
});
const cells = fc.array(
  fc.oneof(
    fc.constantFrom('a', ',', '"', '\n', '\r', '\r\n', 'é', '東', '😀', '\ufeff', '1.5'),
    fc.string({ unit: 'grapheme' }),
  ),
  { maxLength: 60 },
);
/** Mostly short, now and then longer than what is looked at first; with a line end that is common in it. */
const texts = fc
  .tuple(cells, fc.constantFrom('\n', '\r', '\r\n'), fc.constantFrom(1, 1, 1, 2000))
  .map(([parts, lineEnd, times]) => `x,y${lineEnd}${parts.join('').toWellFormed().repeat(times)}`);

/** Written without regard for streaming: the whole text, then its line ends. */
function expected(text: string): string {
  const start = Buffer.from(text).subarray(0, 65_536).toString('latin1');
  const isHalfOfCrLf = start.endsWith('\r') && Buffer.from(text)[65_536] === 0x0a;
  if (/^[^\n]*\r\r\n/.test(start)) return text.replaceAll(/\r+(?=\r)/g, '');
  return start.includes('\r') && !start.includes('\n') && !isHalfOfCrLf ? text.replaceAll('\r', '\n') : text;
}

const UTF16_BE = (text: string) => Buffer.from(text, 'utf16le').swap16();
const WRITINGS: [string, (text: string) => Buffer, string | undefined][] = [
  ['UTF-8', (text) => Buffer.from(text), undefined],
  ['UTF-8 with a mark', (text) => Buffer.from(`\ufeff${text}`), undefined],
  ['UTF-16 LE with a mark', (text) => Buffer.from(`\ufeff${text}`, 'utf16le'), undefined],
  ['UTF-16 BE with a mark', (text) => UTF16_BE(`\ufeff${text}`), undefined],
  ['UTF-16 LE by contract', (text) => Buffer.from(text, 'utf16le'), 'utf-16le'],
  ['UTF-16 BE by contract', (text) => UTF16_BE(text), 'utf-16be'],
];

describe('any text, written and cut in any way', () => {
  it.each(WRITINGS)('is the same: %s', async (_, write, encoding) => {
    await fc.assert(
      fc.asyncProperty(texts, sizes, fc.boolean(), async (text, cut, isCompressed) => {
        const written = write(text);
        const options = {
          compression: isCompressed ? ('gzip' as const) : null,
          ...(encoding === undefined ? {} : { encoding }),
        };
        const bytes = isCompressed ? gzipSync(written) : written;
        expect((await textOf(new ReusingSource(bytes, cut), options)).text).toBe(expected(text));
      }),
      { numRuns: 30 },
    );
  });

  it('is the same in single-byte encodings, which are written by their own tables', async () => {
    const labels = ['windows-1252', 'iso-8859-2', 'iso-8859-15', 'koi8-r', 'windows-1251', 'macintosh'];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...labels),
        fc.array(fc.nat(), { minLength: 1, maxLength: 200 }),
        sizes,
        async (encoding, picks, cut) => {
          expect(encodingOf(encoding)).toBeDefined();
          const decoder = new TextDecoder(encoding);
          const table = Array.from(
            { length: 255 },
            (_, at) => [at + 1, decoder.decode(Uint8Array.of(at + 1))] as const,
          ).filter(([byte, character]) => byte !== 0x0d && character !== '\ufffd');
          const chosen = [[0x78, 'x'] as const, ...picks.map((pick) => table[pick % table.length]!)];
          const bytes = Uint8Array.from(chosen, ([byte]) => byte);
          const { text } = await textOf(new ReusingSource(bytes, cut), { encoding });
          expect(text).toBe(chosen.map(([, character]) => character).join(''));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('is refused alike, after the same text, when it is faulty', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 400 }),
        fc.constantFrom('shift_jis', 'gb18030', 'euc-kr', 'big5', 'utf-16le', 'windows-1252'),
        sizes,
        async (bytes, encoding, cut) => {
          const options = { compression: null, encoding, fileBytes: 1000 };
          expect(await outcome(bytes, cut, options)).toEqual(await outcome(bytes, [1], options));
        },
      ),
      { numRuns: 200 },
    );
  });
});

/** Read to the end as text, or the refusal. */
async function outcome(
  bytes: Uint8Array,
  cut: readonly number[],
  options: TextStreamOptions,
): Promise<unknown> {
  let text = '';
  try {
    for await (const chunk of new TextStream(new ReusingSource(bytes, cut), options))
      text += Buffer.from(chunk).toString();
    return text;
  } catch (error) {
    if (!(error instanceof RefusedFileError)) throw error;
    return { code: error.code, line: error.line, message: error.message, text };
  }
}

describe('gzip', () => {
  const rows = Array.from({ length: 5000 }, (_, i) => `${(i * 7919) % 1000},${i % 13},label ${i % 3}`);
  const table = `x,y,label\n${rows.join('\n')}\n`;

  it('may have several members, and zeros after the last one', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(table.length), { maxLength: 5 }),
        sizes,
        fc.nat(70_000),
        async (at, cut, padding) => {
          const cuts = [0, ...at.toSorted((a, b) => a - b), table.length];
          const members = cuts.slice(1).map((end, i) => gzipSync(table.slice(cuts[i]!, end)));
          const bytes = Buffer.concat([...members, Buffer.alloc(padding)]);
          expect((await textOf(new ReusingSource(bytes, cut), { compression: 'gzip' })).text).toBe(table);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('that is damaged, cut or followed by something else gives no text without an error, and the same refusal in any chunks', async () => {
    const whole = gzipSync(table);
    const damages: Record<string, (at: number, bits: number) => Uint8Array> = {
      flipped: (at, bits) => whole.map((byte, i) => (i === at ? byte ^ bits : byte)),
      cut: (at) => whole.subarray(0, Math.max(1, at)),
      followed: (at, bits) => Buffer.concat([whole, Buffer.alloc(1 + (at % 40), bits)]),
      padded: (at, bits) => Buffer.concat([whole, Buffer.alloc(at), Uint8Array.of(0, bits)]),
    };
    const kind = fc.constantFrom(...Object.keys(damages));
    await fc.assert(
      fc.asyncProperty(
        kind,
        fc.nat(whole.length - 1),
        fc.integer({ min: 1, max: 255 }),
        sizes,
        async (how, at, bits, cut) => {
          const bytes = damages[how]!(at, bits);
          const options = { compression: 'gzip', fileBytes: 1e7 } as const;
          const first = await outcome(bytes, cut, options);
          // Some bytes of a header say nothing of the contents: its time, its system.
          if (first === table) expect([how, gunzipSync(bytes).toString()]).toEqual(['flipped', table]);
          else expect(first).toMatchObject({ code: expect.stringMatching(/^(type|encoding)$/) });
          expect(await outcome(bytes, [1000], options)).toEqual(first);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('says where it is damaged or ends', async () => {
    const random = xorshift(7);
    const whole = gzipSync(Buffer.from(Array.from({ length: 60_000 }, () => 33 + Math.floor(random() * 90))));
    expect(whole.length).toBeGreaterThan(33_000);
    const damaged = Buffer.from(whole);
    damaged.fill(0xff, 20_000, 20_400);
    const read = (bytes: Buffer) =>
      refusalFrom(textOf(new ReusingSource(bytes, [777]), { compression: 'gzip' }));
    expect((await read(damaged)).message).toContain('damaged between its bytes 16384 and 32768');
    expect((await read(whole.subarray(0, 30_000))).message).toContain('ends too early, after 30000 bytes');
    expect((await read(Buffer.concat([whole, Buffer.from('x,y')]))).code).toBe('type');
    expect((await read(Buffer.from('x,y\n1,2\n'))).message).toContain('named .csv.gz and is not gzip');
  });

  it('of a gigabyte from 1 MB is refused at the cap, in memory that does not grow', async () => {
    const member = gzipSync(Buffer.alloc(1 << 24, '1,2,3,4\n'), { level: 9 });
    async function* bomb() {
      for (let i = 0; i < 64; i++) yield member;
    }
    const fileBytes = 1e9;
    const stream = new TextStream(bomb(), { compression: 'gzip', fileBytes });
    const before = process.memoryUsage.rss();
    let [most, seen] = [0, 0];
    const reading = (async () => {
      for await (const chunk of stream) {
        seen += chunk.length;
        most = Math.max(most, process.memoryUsage.rss() - before);
      }
    })();
    expect((await refusalFrom(reading)).code).toBe('size');
    expect(seen).toBe(fileBytes);
    expect(most).toBeLessThan(150e6);
  });
});
