import { describe, expect, it } from 'vitest';
import { type Console, jsonConsole, textConsole } from '../../../lib/local/console.ts';
import { Terminal } from '../../../lib/terminal.ts';

const log = (entry: object) => JSON.stringify({ level: 'INFO', ...entry });

/** A terminal without colours, and what was printed there. */
function paper(): { readonly terminal: Terminal; text: string } {
  const printed = {
    text: '',
    terminal: new Terminal({
      write: (part: string) => {
        printed.text += part;
      },
    }),
  };
  return printed;
}

function written(act: (console: Console) => void): string {
  const printed = paper();
  act(textConsole(printed.terminal));
  return printed.text;
}

describe('textConsole', () => {
  it('turns the progress of functions into sentences', () => {
    const rows = { read: 5, accepted: 3, rejected: 1, blank: 1 };
    const accepted = log({ message: 'accepted', key: 'a.csv', model: 'm', rows });
    expect(written((console) => console.functionLine('ingest', accepted))).toBe(
      'ingest    a.csv: 3 rows accepted, 1 rejected, 1 blank (model "m")\n',
    );
    const trained = log({
      message: 'trained',
      model: 'm',
      version: 2,
      macroF1: 0.5,
      detail: 'v2 became the champion',
    });
    expect(written((console) => console.functionLine('train', trained))).toBe(
      'train     model "m" v2: macro-F1 0.5000 on held-out rows; v2 became the champion\n',
    );
    const decided = { message: 'decided', model: 'm', actor: 'ann', reason: 'v2 is worse', decision: 3 };
    const rollback = log({ ...decided, action: 'rollback', from: 2, to: 1 });
    expect(written((console) => console.functionLine('models', rollback))).toBe(
      'models    model "m": v1 is the champion in place of v2, by ann: v2 is worse\n',
    );
    const retirement = log({ ...decided, action: 'retire', from: 2, to: null });
    expect(written((console) => console.functionLine('models', retirement))).toBe(
      'models    model "m": v2 was retired, by ann: v2 is worse\n',
    );
    const refused = log({
      level: 'WARN',
      message: 'refused',
      key: 'a.csv',
      code: 'empty',
      detail: 'the file is empty',
    });
    expect(written((console) => console.functionLine('ingest', refused))).toBe(
      'ingest    a.csv: refused (empty): the file is empty\n',
    );
  });

  it('begins with what was understood of a file, and puts each warning in a line of its own', () => {
    const accepted = log({
      message: 'accepted',
      key: 'iris.csv',
      model: 'default',
      rows: { read: 150, accepted: 150, rejected: 0, blank: 0 },
      understood: 'CSV, comma, 4 numeric columns, label "species" (by name)',
      warnings: ['"Id" looks like row numbers', 'a\u001b[2Jb'],
    });
    expect(written((console) => console.functionLine('ingest', accepted))).toBe(
      'ingest    iris.csv: CSV, comma, 4 numeric columns, label "species" (by name): 150 rows accepted, ' +
        '0 rejected, 0 blank (model "default")\n  "Id" looks like row numbers\n  a\\u{1b}[2Jb\n',
    );
  });

  it('says what a refused file needs, and what a contract did', () => {
    const refused = log({
      message: 'refused',
      key: 'a.csv',
      code: 'contract',
      detail: 'wrong:\n  - label',
      fix: 'mend it',
    });
    expect(written((console) => console.functionLine('ingest', refused))).toBe(
      'ingest    a.csv: refused (contract): wrong: - label; mend it\n',
    );
    const part = log({ message: 'part', key: 'm/2026/a.csv', model: 'm' });
    expect(written((console) => console.functionLine('ingest', part))).toBe(
      'ingest    m/2026/a.csv: a part of the set m/2026, which is read when an empty object m/2026/_COMPLETE says that it is complete\n',
    );
    const set = log({ message: 'set', key: 'm/2026/_COMPLETE', model: 'm', detail: '2 parts are read' });
    expect(written((console) => console.functionLine('ingest', set))).toBe(
      'ingest    m/2026/_COMPLETE: 2 parts are read (model "m")\n',
    );
    const applied = log({ message: 'applied', key: 'm/schema.json', model: 'm', detail: 'It holds.' });
    expect(written((console) => console.functionLine('ingest', applied))).toBe(
      'ingest    m/schema.json: It holds. (model "m")\n',
    );
  });

  it('shows errors with their cause, and lines that are not JSON unchanged', () => {
    const failed = log({
      level: 'ERROR',
      message: 'ingestion failed',
      key: 'a.csv',
      error: { name: 'TypeError', message: 'x' },
    });
    expect(written((console) => console.functionLine('ingest', failed))).toBe(
      'ingest    ERROR ingestion failed: a.csv: TypeError: x\n',
    );
    expect(written((console) => console.functionLine('train', '{ no JSON'))).toBe('train     { no JSON\n');
  });

  it("shows a handler's error with its stack, one frame per line", () => {
    const thrown = {
      errorType: 'TypeError',
      errorMessage: 'no\nevent',
      trace: ['TypeError: no', 'event', '    at f (a:1)'],
    };
    const line = `2026-01-01T00:00:00.000Z\tid\tERROR\tInvoke Error\t${JSON.stringify(thrown)}`;
    expect(written((console) => console.functionLine('train', line))).toBe(
      'train     ERROR TypeError: no event\n    at f (a:1)\n',
    );
    const other = 'x\tERROR\tInvoke Error\tno JSON';
    expect(written((console) => console.functionLine('train', other))).toBe(
      'train     x ERROR Invoke Error no JSON\n',
    );
  });

  it('says of an upload that failed for good why, with what a file may hold escaped', () => {
    const line = log({
      level: 'ERROR',
      message: 'failed',
      key: 'a\u001b.csv',
      model: 'm',
      detail: 'It failed.',
    });
    expect(written((console) => console.functionLine('ingest', line))).toBe(
      'ingest    a\\u{1b}.csv: failed: It failed. (model "m")\n',
    );
  });

  it('hides debug lines, and a reconciliation that found nothing', () => {
    const quiet = [
      log({ level: 'DEBUG', message: 'x' }),
      log({ message: 'reconciled', compared: 3, reingested: [], retrained: [] }),
    ];
    for (const line of quiet) expect(written((console) => console.functionLine('x', line))).toBe('');
    const found = log({ message: 'reconciled', compared: 3, reingested: ['a.csv'], retrained: [] });
    expect(written((console) => console.functionLine('x', found))).toContain(
      'never finished, so started again: a.csv',
    );
  });

  it('aligns the list of what is ready', () => {
    const text = written((console) =>
      console.ready({
        urls: { A: 'http://a', Longer: 'http://b' },
        rawBucket: 's3://raw',
        tryIt: ['curl x'],
      }),
    );
    expect(text).toBe(
      '\n  A           http://a\n  Longer      http://b\n  Raw bucket  s3://raw\n\nTry it:\n  curl x\n\n',
    );
  });
});

describe('jsonConsole', () => {
  it('writes one object per line, with parsed log lines', () => {
    const printed = paper();
    const console = jsonConsole(printed.terminal);
    console.step('Starting');
    console.functionLine('train', '{"level":"INFO","message":"x"}');
    console.functionLine('train', 'plain');
    expect(
      printed.text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { event: 'step', message: 'Starting' },
      { event: 'log', function: 'train', line: { level: 'INFO', message: 'x' } },
      { event: 'log', function: 'train', line: 'plain' },
    ]);
  });
});
