import { InfraTestError, type Processes } from './processes.ts';

/**
 * The AWS CLI against one endpoint, as one caller. The endpoint is a command-line option, because version 1
 * of the CLI does not take the endpoint of queues from the environment.
 */
export class AwsCli {
  readonly #processes: Processes;
  readonly #endpoint: string;
  readonly #env: NodeJS.ProcessEnv;

  constructor(processes: Processes, endpoint: string, region: string, actor: string) {
    this.#processes = processes;
    this.#endpoint = endpoint;
    this.#env = {
      ...process.env,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: actor,
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  }

  /**
   * Runs a command and returns its output.
   *
   * @throws InfraTestError with the command's message when it fails
   */
  async run(...args: readonly string[]): Promise<string> {
    const outcome = await this.#processes.run('aws', [...args, '--endpoint-url', this.#endpoint], {
      env: this.#env,
    });
    if (outcome.code === 0) return outcome.stdout;
    throw new InfraTestError(`aws ${args.join(' ')}: ${outcome.stderr}`);
  }

  async json<T>(...args: readonly string[]): Promise<T> {
    return JSON.parse(await this.run(...args, '--output', 'json')) as T;
  }
}
