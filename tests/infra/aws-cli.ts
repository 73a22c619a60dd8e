import { InfraTestError, runCommand } from './terraform.ts';

/** The AWS CLI against one endpoint, as one caller. */
export class AwsCli {
  readonly #env: NodeJS.ProcessEnv;

  constructor(endpoint: string, region: string, actor: string) {
    this.#env = {
      ...process.env,
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: actor,
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  }

  /** What the command prints. @throws InfraTestError with its message when it fails */
  async run(...args: readonly string[]): Promise<string> {
    const outcome = await runCommand('aws', args, { env: this.#env });
    if (outcome.code === 0) return outcome.stdout;
    throw new InfraTestError(`aws ${args.join(' ')}: ${outcome.stderr}`);
  }

  async json<T>(...args: readonly string[]): Promise<T> {
    return JSON.parse(await this.run(...args, '--output', 'json')) as T;
  }
}
