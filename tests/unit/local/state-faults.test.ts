import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level } from 'level';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { droppedRecords, faultText, startFault, stateFault } from '../../../lib/local/state-faults.ts';

const FOLDER = '/home/ann/.local';
const system = (code: string, path?: string) =>
  Object.assign(new Error(`${code}: it failed, write`), {
    code,
    syscall: 'write',
    ...(path ? { path } : {}),
  });
const level = (code: string, message: string) =>
  Object.assign(new Error('Database failed to open'), {
    code: 'LEVEL_DATABASE_NOT_OPEN',
    cause: Object.assign(new Error(message), { code }),
  });

describe('the fault of a state', () => {
  it.each([
    ['full', system('ENOSPC'), /is full: free some space/],
    ['over its quota', system('EDQUOT'), /is full/],
    ['full, says LevelDB', level('LEVEL_IO_ERROR', 'IO error: x.log: No space left on device'), /is full/],
    ['full, says a thread', 'Error: IO error: x.log: No space left on device', /is full/],
    ['read-only', system('EROFS'), /cannot be written to/],
    ["another user's", system('EACCES', `${FOLDER}/s3`), /cannot be written to/],
    [
      'read-only, says LevelDB',
      level('LEVEL_IO_ERROR', `IO error: ${FOLDER}/state/LOCK: Read-only file system`),
      /cannot/,
    ],
    ['damaged, says LevelDB', level('LEVEL_CORRUPTION', 'Corruption: CURRENT file'), /is damaged.*--reset/],
    ['a file', system('ENOTDIR', `${FOLDER}/state`), /is damaged/],
    ['unreadable', system('EIO', `${FOLDER}/s3/blobs/00/x`), /is damaged/],
  ])('is told in one sentence where it is %s', (_what, error, sentence) => {
    const fault = stateFault(error, FOLDER)!;
    expect(fault).toMatch(sentence);
    expect(fault).toContain(FOLDER);
    expect(fault).not.toContain('\n');
  });

  it.each([
    ['a bug', new TypeError('x is not a function')],
    ['a port', system('EACCES')],
    ['a file elsewhere', system('EACCES', '/usr/bin/node')],
    ["a client's words", new Error('key "No space left on device": Corruption: EROFS')],
    ['nothing', undefined],
  ])('is not seen in an error of %s', (_what, error) => {
    expect(stateFault(error, FOLDER)).toBeUndefined();
  });

  it('may be what kept the system from starting: then both are said, without a stack', () => {
    const said = startFault(new SyntaxError('Unexpected token\n    at JSON.parse'), FOLDER);
    expect(said).toMatch(/^It did not start: Unexpected token.*--reset/);
    expect(said).not.toContain('\n');
    expect(startFault(system('ENOSPC'), FOLDER)).toBe(stateFault(system('ENOSPC'), FOLDER));
  });

  it('that is none is shown with its message in one line and the places that it passed', () => {
    const error = new TypeError('a\nb');
    error.stack = 'TypeError: a\nb\n    at f (x.ts:1:1)\n    at g (x.ts:2:1)';
    expect(faultText(error)).toBe('TypeError: a b\n    at f (x.ts:1:1)\n    at g (x.ts:2:1)');
  });
});

describe('records that LevelDB drops', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'state-faults-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Writes 50 records, changes the log's bytes, and opens it again. */
  async function reopened(change: (log: Buffer) => Buffer): Promise<string | undefined> {
    const written = new Level<string, string>(folder);
    for (let i = 0; i < 50; i++) await written.put(`k${i}`, 'v'.repeat(200));
    await written.close();
    const log = join(folder, (await readdir(folder)).find((name) => name.endsWith('.log'))!);
    await writeFile(log, change(await readFile(log)));
    const again = new Level<string, string>(folder);
    await again.open();
    await again.close();
    return droppedRecords(folder, 'The registry');
  }

  it('are told with their size where a log is damaged', async () => {
    const said = await reopened((log) => {
      log[5000] = ~log[5000]!;
      return log;
    });
    expect(said).toMatch(/^The registry was damaged: [1-9]\d* bytes/);
  });

  it('are none where a log is whole, or ends within a record, as a kill leaves it', async () => {
    expect(await reopened((log) => log)).toBeUndefined();
    expect(await reopened((log) => log.subarray(0, -100))).toBeUndefined();
  });
});
