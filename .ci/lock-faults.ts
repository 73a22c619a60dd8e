import * as z from 'zod/mini';

const packageLock = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.optional(z.string()),
      integrity: z.optional(z.string()),
      link: z.optional(z.boolean()),
    }),
  ),
});

/**
 * The entries of a package-lock.json without a strong checksum, one line each: `npm ci` installs such a
 * package whatever the registry sends. An entry of another platform counts too: it is installed there.
 *
 * @param file its path, for the messages
 */
export function packageLockFaults(file: string, text: string): string[] {
  const { packages } = packageLock.parse(JSON.parse(text));
  return Object.entries(packages)
    .filter(([path, { link }]) => path !== '' && link !== true)
    .filter(([, { integrity }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ''))
    .map(
      ([path, { version }]) =>
        `${file}: ${path} ${version}: expected an "integrity" that begins with sha512-; run node .ci/complete-lockfile.mjs`,
    );
}

/** The checksums that Terraform's registry publishes for a provider: one for each platform. */
const MIN_PLATFORMS = 10;

/**
 * The faults of a root module's pin and lock: a range instead of one version of the provider, a lock of
 * another version, or one with the checksums of some platforms only, which stops `terraform init` on all
 * others.
 *
 * @param folder the root module's path, for the messages
 * @param versions the text of its versions.tf
 * @param lock the text of its .terraform.lock.hcl; undefined when there is none
 */
export function terraformLockFaults(folder: string, versions: string, lock: string | undefined): string[] {
  const pinned = pinnedVersion(versions);
  if (pinned === undefined)
    return [
      `${folder}/versions.tf: expected one version of hashicorp/aws, such as "5.100.0": others were not tried`,
    ];
  if (lock === undefined)
    return [`${folder}: expected .terraform.lock.hcl; run terraform providers lock with every platform`];
  const locked = /^\s*version\s*=\s*"([^"]+)"/m.exec(lock)?.[1];
  const platforms = lock.match(/"zh:[0-9a-f]{64}"/g)?.length ?? 0;
  return [
    ...(locked === pinned
      ? []
      : [`${folder}/.terraform.lock.hcl: expected version ${pinned}, as versions.tf has it, got ${locked}`]),
    ...(platforms >= MIN_PLATFORMS
      ? []
      : [
          `${folder}/.terraform.lock.hcl: expected the checksums of every platform (zh:, at least ${MIN_PLATFORMS}), got ${platforms}; run terraform providers lock with every platform`,
        ]),
  ];
}

/** The one version of the AWS provider that a module takes; undefined for a range. */
export function pinnedVersion(versions: string): string | undefined {
  return /source\s*=\s*"hashicorp\/aws"[^}]*?version\s*=\s*"(\d+\.\d+\.\d+)"/s.exec(versions)?.[1];
}
