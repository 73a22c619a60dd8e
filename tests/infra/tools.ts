import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** What the test needs beside Node, and what to do where it is missing. */
const TOOLS = [
  { command: 'terraform', args: ['version'], remedy: 'install Terraform 1.10 or newer' },
  { command: 'moto_server', args: ['--help'], remedy: 'pip install "moto[server]"' },
  { command: 'aws', args: ['--version'], remedy: 'install the AWS CLI' },
] as const;

/** One line for each tool that is missing. */
export function missingTools(): string[] {
  return TOOLS.filter(({ command, args }) => spawnSync(command, args, { stdio: 'ignore' }).status !== 0).map(
    ({ command, remedy }) => `${command}: not found; ${remedy}`,
  );
}

const MIRRORED = join('registry.terraform.io', 'hashicorp', 'aws');

/**
 * A folder with the AWS provider, for machines without a network: TF_PROVIDER_MIRROR, or where such folders lie by custom. Undefined where there
 * is none: Terraform then asks its registry.
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
