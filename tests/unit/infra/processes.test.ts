import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Processes, StoppedError } from '../../infra/processes.ts';

let folder: string;
let processes: Processes;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'infra-processes-'));
  processes = new Processes(200);
});
afterEach(async () => {
  await processes.stop('the test is over');
  await rm(folder, { recursive: true, force: true });
});

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('a command', () => {
  it('gives its exit code and output', async () => {
    const outcome = await processes.run('sh', ['-c', 'echo out; echo err >&2; exit 3']);
    expect(outcome).toEqual({ code: 3, stdout: 'out\n', stderr: 'err\n' });
  });

  it('fails with its name when it does not exist', async () => {
    await expect(processes.run(join(folder, 'none'), [])).rejects.toThrow('ENOENT');
  });
});

describe('stopping', () => {
  it('ends running processes and their children, and prevents new ones', async () => {
    // The second process is not a child of this one, like Terraform's providers, and a shell's background
    // jobs ignore interrupts.
    const script = `sleep 600 & echo $! > ${folder}/pid; wait`;
    const running = processes.run('sh', ['-c', script]);
    const stopped = expect(running).rejects.toThrow(new StoppedError('another step failed'));
    await vi.waitUntil(() => existsSync(join(folder, 'pid')), { timeout: 30_000 });
    const pid = Number(await vi.waitUntil(() => readFile(join(folder, 'pid'), 'utf8'), { timeout: 30_000 }));
    expect(isAlive(pid)).toBe(true);
    await processes.stop('another step failed');
    await stopped;
    await vi.waitUntil(() => !isAlive(pid), { timeout: 30_000 });
    await expect(processes.run('true', [])).rejects.toThrow(new StoppedError('another step failed'));
  });

  it('keeps the first reason', async () => {
    await processes.stop('first');
    await processes.stop('second');
    await expect(processes.run('true', [])).rejects.toThrow('first');
  });
});
