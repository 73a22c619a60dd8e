import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const FOLDER = fileURLToPath(new URL('../../.github/workflows/', import.meta.url));

interface Step {
  readonly name?: string;
  readonly run?: string;
}

/**
 * Says that it began, ends by itself after a minute, and says that a signal ended it before.
 * It sleeps in short turns, because bash runs a trap between commands: a signal that comes just before a
 * long wait would be heard at its end.
 */
const PROGRAM = `#!/bin/bash
trap 'echo heard > heard; exit 1' INT
echo began > began
for ((turn = 0; turn < 1200; turn++)); do sleep 0.05; done
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signals-'));
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
  for (const name of ['node_modules/.bin/node', 'terraform', 'npm', 'jq']) {
    writeFileSync(join(folder, name), name === 'jq' ? '#!/bin/bash\n' : PROGRAM);
    chmodSync(join(folder, name), 0o755);
  }
});
afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

const stepsOf = (file: string): Step[] => {
  const { jobs } = parse(readFileSync(FOLDER + file, 'utf8')) as { jobs: Record<string, { steps?: Step[] }> };
  return Object.values(jobs).flatMap(({ steps = [] }) => steps);
};
const changing = (file: string) =>
  stepsOf(file).filter(({ run = '' }) =>
    /terraform\b.*\s(apply|destroy)\b|(rollout|sandbox)-command/.test(run),
  );

/** Runs a script as GitHub does with "shell: bash", and interrupts only the shell, as GitHub does too. */
async function interrupt(script: string, waitMs = 20_000): Promise<boolean> {
  writeFileSync(join(folder, 'step.sh'), script);
  const shell = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', 'step.sh'], {
    cwd: folder,
    env: { PATH: `${folder}:${process.env.PATH}`, GITHUB_SHA: 'abc' },
    stdio: 'ignore',
    detached: true,
  });
  await began(shell);
  process.kill(shell.pid!, 'SIGINT');
  const ended = once(shell, 'exit');
  const heard = await Promise.race([ended.then(() => true), pause(waitMs).then(() => false)]);
  if (!heard) process.kill(-shell.pid!, 'SIGKILL');
  await ended;
  return heard && fileIs('heard');
}

async function began(shell: ChildProcess): Promise<void> {
  while (!fileIs('began')) {
    if (shell.exitCode !== null)
      throw new Error(`expected a program that waits, it ended with ${shell.exitCode}`);
    await pause(10);
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function fileIs(name: string): boolean {
  try {
    return readFileSync(join(folder, name), 'utf8') !== '';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

describe('a run that is cancelled', () => {
  it.each(['deploy.yml', 'sandbox.yml'].flatMap(changing).map(({ name, run }) => [name!, run!]))(
    'reaches what the step "%s" runs',
    async (_, run) => {
      expect(await interrupt(run)).toBe(true);
    },
  );

  it('would not reach it without exec, which is what this test can see', async () => {
    expect(await interrupt('terraform apply\necho done', 300)).toBe(false);
    rmSync(join(folder, 'began'));
    expect(await interrupt('npm run rollout | tee rollout.json', 300)).toBe(false);
  });

  it('is looked for in the steps that apply, roll out and roll back', () => {
    expect(changing('deploy.yml').map(({ name }) => name)).toEqual(['Apply', 'Roll out', 'Roll back']);
  });
});
