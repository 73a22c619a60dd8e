import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Terminal } from '../../lib/terminal.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/** A terminal, and what was sent to it. */
function paper(hasColour = false) {
  const sent: string[] = [];
  const write = (text: string, done?: (error?: Error | null) => void) => {
    sent.push(text);
    done?.();
  };
  return { terminal: new Terminal({ write, isTTY: true }, hasColour), text: () => sent.join('') };
}

/** Every character of the planes that have any, hidden ones among them. */
const anyText = fc.string({ unit: 'binary', maxLength: 200 });

describe('a terminal', () => {
  it('gets one line for each line, whatever the texts are', () => {
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 1 }), (texts) => {
        const { terminal, text } = paper();
        terminal.lines(texts);
        terminal.line(...texts);
        const printed = text().split('\n');
        expect(printed).toHaveLength(texts.length + 2);
        expect(printed.filter((line) => HIDDEN.test(line))).toEqual([]);
      }),
    );
  });

  it('gets JSON that no character of it obeys or hides, and that parses to the same value', () => {
    fc.assert(
      fc.property(anyText, anyText, fc.constantFrom(undefined, 2), (key, value, indent) => {
        const { terminal, text } = paper();
        const document = { [`k${key}`]: [value] };
        terminal.json(document, indent);
        expect(HIDDEN.test(text().replaceAll('\n', ''))).toBe(false);
        expect(JSON.parse(text())).toEqual(document);
      }),
    );
  });

  it('gets a table with its line ends and tabs, also where chunks part a character', async () => {
    const { terminal, text } = paper();
    let escapes = 0;
    const sink = terminal.sink(() => {
      escapes += 1;
    });
    const bytes = Buffer.from('\ufeffa,b\tc\r\n\u001b[2J,\u009b1m,\u202e,é\u{e0041}\n');
    for (const byte of bytes) await sink.write(Uint8Array.of(byte));
    expect(text()).toBe('\\u{feff}a,b\tc\\u{d}\n\\u{1b}[2J,\\u{9b}1m,\\u{202e},é\\u{e0041}\n');
    expect(escapes).toBe(1);
  });

  it('gets colours around a text, never in it', () => {
    const coloured = paper(true);
    coloured.terminal.line({ style: 'red', text: '\u001b[32mgreen' }, ' plain');
    expect(coloured.text()).toBe('\u001b[31m\\u{1b}[32mgreen\u001b[0m plain\n');
    const plain = paper();
    plain.terminal.line({ style: 'red', text: 'x' });
    expect(plain.text()).toBe('x\n');
    const drawn = paper();
    drawn.terminal.redraw('50% \u0007');
    expect(drawn.text()).toBe('\r50% \\u{7}\u001b[K');
  });
});

/** What writes without the terminal, and why that is right. */
const OTHER_WRITERS: Readonly<Record<string, string>> = {
  'lib/terminal.ts': 'it is the terminal',
  'functions/console/page/api/use-resource.ts': "a browser's console",
  'functions/console/page/predict/call-code.ts': 'code that people copy',
  'lib/telemetry/emf-lines.ts': "a function's log, read by CloudWatch or by the laptop's console",
  'lib/local/lambda/held-metrics.mjs': "a function's log",
  'lib/local/lambda/runtime-client.mjs': "a function's log",
  'lib/local/train-job/main.ts': "a function's log: its process writes it here",
};
const WRITES =
  /(?<![#\w.])process\.(stdout|stderr)\b|\bconsole\.(log|error|warn|info|debug|table|trace|dir)\(|'inherit'|'node:process'|writeSync\([12],/;

describe('nothing prints but the terminal', () => {
  const files = ['lib', 'functions'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(tsx?|mjs)$/.test(name))
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`),
  );
  const writers = files.filter((file) => WRITES.test(readFileSync(join(ROOT, file), 'utf8')));

  it('and what a function logs', () => {
    expect(files.length).toBeGreaterThan(300);
    expect(writers.toSorted()).toEqual(Object.keys(OTHER_WRITERS).toSorted());
  });
});
