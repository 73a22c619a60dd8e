import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one of lib/cli's commands in a separate process, without a terminal. */
export const runCli = (name: string, ...args: string[]): Promise<CommandResult> =>
  runCommandFile(fileURLToPath(new URL(`../../lib/cli/${name}.ts`, import.meta.url)), ...args);

/** Runs a command by the absolute path of its file. */
export async function runCommandFile(path: string, ...args: string[]): Promise<CommandResult> {
  const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stdout, stderr };
}
