import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from '../helpers/command.ts';
import { FREE_PORTS, newFolder, outcome, predict, run, start } from '../helpers/npm-start.ts';
import { eventually } from '../helpers/stack.ts';

const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // ESRCH: the process no longer exists.
    return false;
  }
};

const childrenOf = async (pid: number): Promise<number[]> => {
  const { stdout } = await outcome(
    spawn('ps', ['-A', '-o', 'pid=,ppid='], { stdio: ['ignore', 'pipe', 'pipe'] }),
  );
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .map(([child]) => child!);
};

describe('npm start', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends on %s with exit code 0 and leaves no child process',
    async (signal) => {
      const running = await start(await newFolder());
      const pid = running.process.pid!;
      const children = await childrenOf(pid);
      expect(children.length).toBeGreaterThan(0);
      running.process.kill(signal);
      const [code] = (await once(running.process, 'close')) as [number];
      expect(code).toBe(0);
      expect(children.filter(alive)).toEqual([]);
    },
  );

  it('ends when the reader of its output closes the pipe', async () => {
    const child = run('--json', '--state', await newFolder(), ...FREE_PORTS);
    let complaint = '';
    child.stderr!.on('data', (chunk) => {
      complaint += chunk;
    });
    const closed = once(child, 'close');
    await once(child.stdout!, 'data');
    child.stdout!.destroy();
    expect(await closed).toEqual([0, null]);
    expect(complaint).toBe('');
  });

  it('leaves no child process when it is killed with SIGKILL', async () => {
    const running = await start(await newFolder());
    const children = await childrenOf(running.process.pid!);
    running.process.kill('SIGKILL');
    await eventually('all children to end', async () => (children.some(alive) ? undefined : true), 5000);
  });

  it('names a busy port and the flag, and exits with 1', async () => {
    const blocker = createServer();
    blocker.listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { port } = blocker.address() as { port: number };
    const result = await outcome(run('--state', await newFolder(), ...FREE_PORTS, '--s3-port', String(port)));
    blocker.close();
    expect(result.code).toBe(1);
    expect(result.stderr).toBe(
      `Port ${port} (S3) is in use: stop what holds it, or pass --s3-port <another port>.\n`,
    );
  });

  it('refuses to share a state folder with another process', async () => {
    const folder = await newFolder();
    await start(folder, '--no-seed');
    const result = await outcome(run('--state', folder, ...FREE_PORTS));
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('is in use by another process');
  });

  it('--auth waits for the model, shows how to make a first token, and refuses requests without a token', async () => {
    const folder = await newFolder();
    const first = await start(folder, '--auth');
    expect(first.tryIt[0]).toContain(
      `token -- create --scope predict --scope metrics --endpoint ${first.urls.DynamoDB}`,
    );
    expect(await predict(first)).toEqual({ status: 401, body: { message: 'Unauthorized' } });
    const { stdout } = await runCli(
      'token',
      'create',
      '--scope',
      'predict',
      '--endpoint',
      first.urls.DynamoDB,
    );
    expect(await predict(first, { authorization: `Bearer ${stdout.trim()}` })).toMatchObject({ status: 200 });
    first.process.kill('SIGTERM');
    await once(first.process, 'close');
    const again = await start(folder, '--auth', '--no-seed');
    expect(again.tryIt.join()).not.toContain('create');
    expect(again.tryIt[0]).toContain('-H "Authorization: Bearer $TOKEN"');
  });

  it('--reset does not delete the state of a running system', async () => {
    const folder = await newFolder();
    const running = await start(folder, '--no-seed');
    await fetch(`${running.urls.S3}/classifier-models/x.bin`, { method: 'PUT', body: 'x' });
    const result = await outcome(run('--state', folder, '--reset', ...FREE_PORTS));
    expect(result).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is in use by another process'),
    });
    expect(await (await fetch(`${running.urls.S3}/classifier-models/x.bin`)).text()).toBe('x');
  });

  it('explains that an address does not belong to this machine', async () => {
    const result = await outcome(run('--state', await newFolder(), ...FREE_PORTS, '--host', '192.0.2.1'));
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/^--host: expected an address of this machine, got "192\.0\.2\.1".*\n$/);
  });

  it('prints its usage for -h, and for a mistake with exit code 2', async () => {
    expect(await outcome(run('-h'))).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining('--no-seed'),
    });
    const mistake = await outcome(run('--prot', '8000'));
    expect(mistake.code).toBe(2);
    expect(mistake.stderr).toContain('--prot');
    expect(await outcome(run('--port', '70000'))).toMatchObject({ code: 2 });
  });

  it('--reset deletes a state folder, but no other folder', async () => {
    const folder = await newFolder();
    const first = await start(folder, '--no-seed');
    await fetch(`${first.urls.S3}/classifier-models/x.bin`, { method: 'PUT', body: 'x' });
    first.process.kill('SIGTERM');
    await once(first.process, 'close');
    const second = await start(folder, '--no-seed', '--reset');
    expect((await fetch(`${second.urls.S3}/classifier-models/x.bin`)).status).toBe(404);
    const stranger = await newFolder();
    await writeFile(join(stranger, 'thesis.txt'), 'mine');
    const result = await outcome(run('--state', stranger, '--reset', ...FREE_PORTS));
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('nothing was deleted') });
  });
});
