import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runCommandFile } from '../helpers/command.ts';

const run = (name: string, ...args: string[]) =>
  runCommandFile(fileURLToPath(new URL(`../../lib/deploy/${name}-command.ts`, import.meta.url)), ...args);

describe('a command that deploys, wrongly used', () => {
  it.each([
    [
      ['--release', 'a', '--outputs', 'o', '--canary-minutes', '50'],
      'expected less than the 50 minutes of --limit',
    ],
    [
      ['--release', 'a', '--outputs', 'o', '--canary-minutes', '121', '--limit-minutes', '180'],
      'from 0 to 120',
    ],
    [['--release', 'a', '--outputs', 'o', '--limit-minutes', '0'], 'from 1 to 180'],
  ])('rolls nothing out with %j', async (args, message) => {
    const { code, stderr } = await run('rollout', ...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it.each([
    [[], 'expected one step of drop, champion, predict, metrics, got ""'],
    [['toString', '--outputs', 'o'], 'got "toString"'],
    [['drop', 'predict', '--outputs', 'o'], 'got "drop predict"'],
    [['drop'], '--outputs: expected a file'],
  ])('does no step of the sandbox with %j', async (args, message) => {
    const { code, stderr } = await run('sandbox', ...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});
