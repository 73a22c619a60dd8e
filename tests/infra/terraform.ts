import { mkdtemp, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type CommandOutcome, InfraTestError, type Processes } from './processes.ts';

export interface TerraformOptions {
  readonly processes: Processes;
  readonly workFolder: string;
  /** A folder with providers; undefined to use the registry. */
  readonly mirror: string | undefined;
  /** Variables of every run, in addition to the machine's environment. */
  readonly env: NodeJS.ProcessEnv;
}

/** Writes the file that says where providers come from, and returns its path. */
export async function cliConfig(folder: string, mirror: string | undefined): Promise<string> {
  const file = join(folder, 'terraform.rc');
  const source =
    mirror === undefined ? 'direct {}' : `filesystem_mirror { path = ${JSON.stringify(mirror)} }`;
  await writeFile(file, `provider_installation {\n  ${source}\n}\n`);
  return file;
}

/** Terraform in one root folder. Its working files are outside of it. */
export class Terraform {
  readonly #processes: Processes;
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(processes: Processes, folder: string, env: NodeJS.ProcessEnv) {
    this.#processes = processes;
    this.#folder = folder;
    this.#env = env;
  }

  /** @param folder the root module's */
  static async in(
    folder: string,
    { processes, workFolder, mirror, env }: TerraformOptions,
  ): Promise<Terraform> {
    const data = await mkdtemp(join(workFolder, 'data-'));
    return new Terraform(processes, folder, {
      ...process.env,
      ...env,
      TF_CLI_CONFIG_FILE: await cliConfig(data, mirror),
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
    return this.#processes.run('terraform', [command!, ...colourless, ...rest], { cwd: this.#folder, env });
  }

  /** @throws InfraTestError with Terraform's output when its exit code is not 0 */
  async run(args: readonly string[], as?: string): Promise<string> {
    const outcome = await this.try(args, as);
    if (outcome.code === 0) return outcome.stdout;
    throw new InfraTestError(
      `terraform ${args.join(' ')} of ${basename(this.#folder)}: exit code ${outcome.code}\n${outcome.stdout}${outcome.stderr}`,
    );
  }

  /** The outputs' values by name. */
  async outputs<T>(as: string): Promise<T> {
    const outputs = JSON.parse(await this.run(['output', '-json'], as)) as Record<string, { value: unknown }>;
    return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value])) as T;
  }
}
