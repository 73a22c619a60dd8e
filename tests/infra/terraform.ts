import { spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface CommandOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. What it prints is kept, and shown by whoever finds that it failed. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<CommandOutcome> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, stdout, stderr }));
  });
}

/** A step of the test did not go as it must. */
export class InfraTestError extends Error {}

export interface TerraformOptions {
  readonly workFolder: string;
  /** Folder with providers; undefined to ask the registry. */
  readonly mirror: string | undefined;
  /** What every run gets beside the machine's own environment. */
  readonly env: NodeJS.ProcessEnv;
}

/** Terraform in one root folder, with its working files outside of it. */
export class Terraform {
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(folder: string, env: NodeJS.ProcessEnv) {
    this.#folder = folder;
    this.#env = env;
  }

  /** @param folder the root module's */
  static async in(folder: string, { workFolder, mirror, env }: TerraformOptions): Promise<Terraform> {
    const data = await mkdtemp(join(workFolder, 'data-'));
    const cliConfig = join(data, 'terraform.rc');
    const source =
      mirror === undefined ? 'direct {}' : `filesystem_mirror { path = ${JSON.stringify(mirror)} }`;
    await writeFile(cliConfig, `provider_installation {\n  ${source}\n}\n`);
    return new Terraform(folder, {
      ...process.env,
      ...env,
      TF_CLI_CONFIG_FILE: cliConfig,
      TF_DATA_DIR: join(data, 'terraform'),
      TF_IN_AUTOMATION: '1',
      TF_INPUT: '0',
    });
  }

  /** @param as the access key id to call AWS with */
  try(args: readonly string[], as = 'nobody'): Promise<CommandOutcome> {
    const [command, ...rest] = args;
    const env = { ...this.#env, AWS_ACCESS_KEY_ID: as, AWS_SECRET_ACCESS_KEY: 'local' };
    const colourless = command === 'output' || command === 'version' ? [] : ['-no-color'];
    return runCommand('terraform', [command!, ...colourless, ...rest], { cwd: this.#folder, env });
  }

  /** @throws InfraTestError with what Terraform printed when it does not exit with 0 */
  async run(args: readonly string[], as?: string): Promise<string> {
    const outcome = await this.try(args, as);
    if (outcome.code === 0) return outcome.stdout;
    throw new InfraTestError(
      `terraform ${args.join(' ')}: exit code ${outcome.code}\n${outcome.stdout}${outcome.stderr}`,
    );
  }

  /** The outputs' values by name. */
  async outputs<T>(as: string): Promise<T> {
    const outputs = JSON.parse(await this.run(['output', '-json'], as)) as Record<string, { value: unknown }>;
    return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value])) as T;
  }
}
