import { execFileSync, spawn } from 'node:child_process';

/** A program of a client, and how it is asked for a package that it needs. */
export interface Tool {
  readonly what: string;
  /** The program; undefined when it, or the package, is not installed. */
  readonly program: string | undefined;
}

const runs = (program: string, args: readonly string[]): boolean => {
  try {
    execFileSync(program, args, { stdio: 'ignore', timeout: 60_000 });
    return true;
  } catch {
    // Whatever the reason: it cannot be used.
    return false;
  }
};

/** A machine may have several Pythons, and each its own packages. */
const PYTHONS = [process.env.CLIENTS_PYTHON ?? 'python3', '/usr/bin/python3'];

export const pythonWith = (...packages: readonly string[]): Tool => ({
  what: `Python with ${packages.join(' and ')}`,
  program: PYTHONS.find((python) => runs(python, ['-c', `import ${packages.join(', ')}`])),
});

export const rWith = (name: string): Tool => ({
  what: `R with ${name}`,
  program: runs('Rscript', ['-e', `library(${name})`]) ? 'Rscript' : undefined,
});

export const awsCli = (): Tool => ({
  what: 'the AWS CLI',
  program: runs('aws', ['--version']) ? 'aws' : undefined,
});

/** The title of a test that needs a tool: it says so when the tool is missing. */
export const titleOf = (title: string, { what, program }: Tool) =>
  program === undefined ? `${title}: NOT RUN, ${what} is not installed` : title;

/** Runs a program to its end. @returns what it printed @throws Error with all of that when it fails */
export function printedBy(
  program: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<string> {
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: {
      ...process.env,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_DEFAULT_REGION: 'us-east-1',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 240_000,
  });
  let [printed, said] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    printed += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    said += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(printed.trim());
      else reject(new Error(`${program} ended with ${code}:\n${printed}\n${said}`));
    });
  });
}
