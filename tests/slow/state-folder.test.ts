import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { FREE_PORTS, newFolder, outcome, run, type Started, start } from '../helpers/npm-start.ts';

/** Why this machine cannot mount; undefined where it can. */
function mountFault(): string | undefined {
  try {
    const folder = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'pipe' });
    execFileSync('umount', [folder]);
    return undefined;
  } catch (error) {
    return (error as Error).message.trim();
  }
}

const cannotMount = mountFault();
const mounts: string[] = [];
afterEach(async () => {
  for (const folder of mounts.splice(0)) {
    execFileSync('umount', ['--lazy', folder]);
    await rm(folder, { recursive: true, force: true });
  }
});

/** A file system of its own with so much room. */
async function disk(size: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'classifier-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
  mounts.push(folder);
  return folder;
}

const FULL = (folder: string) =>
  `The disk that holds ${folder} is full: free some space and run \`npm start\` again, or pass --state <folder on another disk>.\n`;
const NOT_WRITABLE = (folder: string) =>
  `${folder} cannot be written to: make it writable for this user, or pass --state <another folder>.\n`;

/** Starts it on a folder on which it must end, and what it says then. */
async function ends(folder: string, ...options: string[]) {
  const { code, stdout, stderr } = await outcome(
    run('--no-seed', '--state', folder, ...FREE_PORTS, ...options),
  );
  return { code, stderr, frames: `${stdout}${stderr}`.match(/^\s+at /gm) };
}

/** How a running system ends, once `work` has used up its disk. */
async function endOf({ process }: Started, work: () => Promise<unknown>) {
  let printed = '';
  for (const stream of [process.stdout!, process.stderr!])
    stream.setEncoding('utf8').on('data', (chunk) => {
      printed += chunk;
    });
  const closed = once(process, 'close');
  await work();
  const [code] = (await closed) as [number];
  return { code, printed };
}

describe.skipIf(cannotMount !== undefined)(`npm start on a disk of its own ${cannotMount ?? ''}`, () => {
  it('that is full from the start ends in one sentence', async () => {
    for (const size of ['64k', '1m', '9m']) {
      const folder = await disk(size);
      expect(await ends(folder)).toEqual({ code: 1, stderr: FULL(folder), frames: null });
    }
  });

  it('that cannot be written to ends in one sentence, empty or with a state, also to be reset', async () => {
    const [empty, used] = [await disk('1m'), await disk('64m')];
    const before = await start(used, '--no-seed');
    before.process.kill('SIGTERM');
    await once(before.process, 'close');
    for (const folder of [empty, used]) execFileSync('mount', ['-o', 'remount,ro', folder]);
    const end = (folder: string) => ({ code: 1, stderr: NOT_WRITABLE(folder), frames: null });
    for (const folder of [empty, used]) expect(await ends(folder)).toEqual(end(folder));
    expect(await ends(used, '--reset')).toEqual(end(used));
  });

  it.each([
    ['by an upload', (urls: Started['urls']) => put(urls, 'classifier-models/x.bin', Buffer.alloc(64 << 20))],
    ['by many items of the registry', (urls: Started['urls']) => fillRegistry(urls)],
  ])('that fills up %s ends the running system in one sentence', async (_how, fill) => {
    const folder = await disk('40m');
    const running = await start(folder, '--no-seed');
    const { code, printed } = await endOf(running, () => fill(running.urls));
    expect({ code, printed }).toEqual({ code: 1, printed: FULL(folder) });
  });

  it('that becomes read-only while it runs ends it in one sentence, and a start on a writable one goes on', async () => {
    const folder = await disk('64m');
    const running = await start(folder);
    // A disk with open files cannot be made read-only, so a read-only view of it covers where objects go.
    const cover = join(folder, 's3');
    execFileSync('mount', ['--bind', cover, cover]);
    execFileSync('mount', ['-o', 'remount,bind,ro', cover]);
    const { code, printed } = await endOf(running, () =>
      put(running.urls, 'classifier-models/x.bin', Buffer.alloc(1 << 20)),
    ).finally(() => execFileSync('umount', ['--lazy', cover]));
    expect({ code, printed }).toEqual({ code: 1, printed: NOT_WRITABLE(folder) });
    const again = await start(folder, '--no-seed');
    expect((await fetch(again.urls.Health)).status).toBe(200);
  });

  it('that fills up by what others write ends it too, and a start with room goes on where it was', async () => {
    const folder = await disk('64m');
    const running = await start(folder);
    const { code, printed } = await endOf(running, async () => {
      const filling = writeFile(join(folder, 'dead-letters', 'others'), Buffer.alloc(64 << 20));
      await expect(filling).rejects.toMatchObject({ code: 'ENOSPC' });
      // Requests are logged and counted, which takes room.
      for (let i = 0; i < 2000 && running.process.exitCode === null; i++)
        await whileItRuns(fetch(running.urls.Predict, { method: 'POST', body: 'x'.repeat(1000) }));
    });
    expect({
      code,
      lines: printed.match(/^The disk .* is full: .*$/gm),
      frames: printed.match(/^\s+at /gm),
    }).toEqual({ code: 1, lines: [FULL(folder).trim()], frames: null });
    await rm(join(folder, 'dead-letters', 'others'));
    const again = await start(folder, '--no-seed');
    expect((await fetch(again.urls.Health)).status).toBe(200);
  });
});

/**
 * The result of a request, or undefined: a system that ends breaks off its connections, and how it ends is
 * what the test looks at.
 */
const whileItRuns = <T>(request: Promise<T>): Promise<T | undefined> => request.catch(() => undefined);

const put = (urls: Started['urls'], path: string, body: Buffer) =>
  whileItRuns(fetch(`${urls.S3}/${path}`, { method: 'PUT', body: new Uint8Array(body) }));

/** Puts items of 300 KB until the system is gone. */
async function fillRegistry({ DynamoDB }: Started['urls']): Promise<void> {
  const noise = () => Buffer.from(crypto.getRandomValues(new Uint8Array(60_000))).toString('hex');
  for (let i = 0; i < 1000; i++) {
    const Item = { pk: { S: `FILL#${i}` }, sk: { S: 'x' }, a: { S: noise() }, b: { S: noise() } };
    const request = fetch(DynamoDB, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'DynamoDB_20120810.PutItem',
        'x-amz-date': '20260101T000000Z',
        authorization:
          'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=local',
      },
      body: JSON.stringify({ TableName: 'classifier-registry', Item }),
    });
    const answer = await whileItRuns(request);
    if (answer === undefined) return;
    await whileItRuns(answer.arrayBuffer());
  }
}

/** A state of two runs, with tables of the first and logs of the second, which ended in order. */
async function usedState(): Promise<string> {
  const folder = await newFolder();
  const first = await start(folder);
  first.process.kill('SIGTERM');
  await once(first.process, 'close');
  const second = await start(folder, '--no-seed');
  await put(second.urls, 'classifier-raw/refused.csv', Buffer.from('a\n'));
  const inRegistry = async () =>
    (await readFiles(join(folder, 'dynamodb'), /\.log$/)).includes('refused.csv');
  await expect.poll(inRegistry, { timeout: 60_000 }).toBe(true);
  second.process.kill('SIGTERM');
  await once(second.process, 'close');
  for (const name of ['state', 'dynamodb'])
    for (const kind of [/\.log$/, /\.ldb$/]) expect(await readFiles(join(folder, name), kind)).not.toBe('');
  return folder;
}

describe('npm start on a damaged state', () => {
  it('ends in one sentence, or says what is lost and works, whatever is damaged', async () => {
    const whole = await usedState();
    const damages: readonly (readonly [string, (folder: string) => Promise<unknown>])[] = [
      ['the registry names no manifest', (to) => writeFile(join(to, 'dynamodb/CURRENT'), 'garbage')],
      ['the index names no manifest', (to) => writeFile(join(to, 'state/CURRENT'), 'garbage\n')],
      ['the registry has a cut manifest', (to) => cut(join(to, 'dynamodb'), /^MANIFEST/)],
      ['the index has a cut manifest', (to) => cut(join(to, 'state'), /^MANIFEST/)],
      ...['state', 's3', 'dynamodb', 'dead-letters', 'functions'].map(
        (name) => [`${name} is a file`, (to: string) => asFile(join(to, name))] as const,
      ),
      ['the whole is a file', (to) => asFile(to)],
      ["the registry's log is damaged", (to) => flipBits(join(to, 'dynamodb'), /\.log$/)],
      ["the index's log is damaged", (to) => flipBits(join(to, 'state'), /\.log$/)],
      ["the registry's tables are damaged", (to) => flipBits(join(to, 'dynamodb'), /\.ldb$/)],
      ["the index's tables are damaged", (to) => flipBits(join(to, 'state'), /\.ldb$/)],
    ];
    for (const [damage, inflict] of damages) {
      const folder = join(await newFolder(), 'state');
      execFileSync('cp', ['-r', whole, folder]);
      await inflict(folder);
      const child = run('--json', '--no-seed', '--state', folder, ...FREE_PORTS);
      const ended = outcome(child);
      child.stdout!.on('data', (chunk: Buffer) => {
        if (String(chunk).includes('"event":"ready"')) setTimeout(() => child.kill('SIGTERM'), 1000);
      });
      const { code, stdout, stderr } = await ended;
      const printed = `${stdout}${stderr}`;
      expect([damage, printed.match(/^\s+at |\\n\s+at /gm)]).toEqual([damage, null]);
      if (code !== 0)
        expect([damage, stderr.trim().split('\n')]).toEqual([
          damage,
          [expect.stringMatching(/damaged.*--reset|cannot be written/)],
        ]);
      else if (damage.includes('log is damaged'))
        expect([damage, printed]).toEqual([damage, expect.stringMatching(/was damaged: \d+ bytes/)]);
    }
  });
});

async function filesOf(folder: string, pattern: RegExp): Promise<string[]> {
  return (await readdir(folder)).filter((name) => pattern.test(name)).map((name) => join(folder, name));
}

async function readFiles(folder: string, pattern: RegExp): Promise<string> {
  const texts = (await filesOf(folder, pattern)).map((path) => readFile(path, 'latin1'));
  return (await Promise.all(texts)).join('');
}

async function cut(folder: string, pattern: RegExp): Promise<void> {
  for (const path of await filesOf(folder, pattern))
    await writeFile(path, (await readFile(path)).subarray(0, 9));
}

async function flipBits(folder: string, pattern: RegExp): Promise<void> {
  for (const path of await filesOf(folder, pattern)) {
    const bytes = await readFile(path);
    for (let at = 20; at < bytes.length; at += 97) bytes[at] = ~bytes[at]!;
    await writeFile(path, bytes);
  }
}

async function asFile(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
  await writeFile(path, '');
}

describe('the folders of the state', () => {
  it('are open to their owner only, also where an earlier release left them open', async () => {
    const folder = join(await newFolder(), 'state');
    await mkdir(join(folder, 's3'), { recursive: true });
    for (const path of [folder, join(folder, 's3')]) await chmod(path, 0o755);
    const running = await start(folder);
    const names = ['', ...(await readdir(folder))];
    const modes = await Promise.all(
      names.map(async (name) => [name, (await stat(join(folder, name))).mode & 0o777]),
    );
    expect(modes).toEqual(names.map((name) => [name, 0o700]));
    running.process.kill('SIGTERM');
    await once(running.process, 'close');
  });

  it('leave the mode of a folder alone that somebody else uses, too', async () => {
    const folder = await newFolder();
    await writeFile(join(folder, 'thesis.txt'), 'mine');
    await chmod(folder, 0o755);
    await start(folder, '--no-seed');
    expect((await stat(folder)).mode & 0o777).toBe(0o755);
    expect((await stat(join(folder, 's3'))).mode & 0o777).toBe(0o700);
  });
});
