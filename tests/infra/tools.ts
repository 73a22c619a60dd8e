import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The tools that the test needs beside Node, and what to do when one is missing. */
const TOOLS = [
  { command: 'terraform', args: ['version'], remedy: 'install Terraform 1.10 or newer' },
  { command: 'python3', args: ['-c', 'import moto.server'], remedy: 'pip install "moto[server]"' },
  { command: 'aws', args: ['--version'], remedy: 'install the AWS CLI' },
] as const;

/** The first version in which the S3 backend has its own lock file. */
const TERRAFORM_MINOR = 10;

/** One line for each missing or outdated tool. */
export function missingTools(): string[] {
  return TOOLS.flatMap(({ command, args, remedy }) => {
    const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
    if (status !== 0) return [`${[command, ...args].join(' ')}: failed; ${remedy}`];
    const minor = command === 'terraform' ? /^Terraform v1\.(\d+)\./.exec(stdout)?.[1] : undefined;
    const isOld = minor !== undefined && Number(minor) < TERRAFORM_MINOR;
    return isOld ? [`${command}: found version 1.${minor}; ${remedy}`] : [];
  });
}

const MIRRORED = join('registry.terraform.io', 'hashicorp', 'aws');

/**
 * A folder with the AWS provider, for machines without a network: TF_PROVIDER_MIRROR, or a usual place.
 * Undefined when there is none: Terraform then uses its registry.
 */
export function providerMirror(): string | undefined {
  const given = process.env.TF_PROVIDER_MIRROR;
  const below = (folder: string) =>
    existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  const usual = [
    join(homedir(), '.terraform.d', 'plugins'),
    '/usr/local/share/terraform/plugins',
    '/usr/share/terraform/plugins',
  ];
  return [...(given ? [given] : []), ...usual, ...below('/opt')].find((folder) =>
    existsSync(join(folder, MIRRORED)),
  );
}
