import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { packageLockFaults, pinnedVersion, terraformLockFaults } from '../../../.ci/lock-faults.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const read = (path: string) => readFileSync(`${ROOT}${path}`, 'utf8');
const INTEGRITY = `sha512-${'A'.repeat(86)}==`;
const lockOf = (entry: object) =>
  packageLockFaults('package-lock.json', JSON.stringify({ packages: { '': {}, 'node_modules/a': entry } }));

describe('package-lock.json', () => {
  it('has no fault when every package has its checksum', () => {
    expect(lockOf({ version: '1.0.0', integrity: INTEGRITY })).toEqual([]);
    expect(lockOf({ link: true })).toEqual([]);
  });

  it.each([
    ['nothing', {}],
    ['nothing, of another platform', { optional: true, os: ['win32'] }],
    ['sha1', { integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' }],
    ['half of a sha512', { integrity: INTEGRITY.slice(0, 40) }],
  ])('must not give a package %s for a checksum', (_, entry) => {
    expect(lockOf({ version: '1.0.0', ...entry })).toEqual([
      expect.stringContaining('node_modules/a 1.0.0: expected an "integrity"'),
    ]);
  });

  it('of this project has none without', () => {
    expect(packageLockFaults('package-lock.json', read('package-lock.json'))).toEqual([]);
  });
});

describe("a root module's provider", () => {
  const versions = (version: string) => `aws = {\n  source  = "hashicorp/aws"\n  version = "${version}"\n}`;
  const lock = (version: string, platforms: number) =>
    `provider "registry.terraform.io/hashicorp/aws" {\n  version = "${version}"\n  hashes = [\n${`    "zh:${'0'.repeat(64)}",\n`.repeat(platforms)}  ]\n}`;

  it('has no fault when it is pinned and locked', () => {
    expect(terraformLockFaults('root', versions('5.100.0'), lock('5.100.0', 15))).toEqual([]);
  });

  it.each(['>= 5.100, < 7', '~> 5.100', '5.100', '>= 5.100.0'])('must not be %s', (range) => {
    expect(terraformLockFaults('root', versions(range), lock('5.100.0', 15))).toEqual([
      expect.stringContaining('expected one version of hashicorp/aws'),
    ]);
  });

  it('must have a lock, of the same version and of every platform', () => {
    const faultsOf = (text?: string) => terraformLockFaults('root', versions('5.100.0'), text);
    expect(faultsOf()).toEqual([expect.stringContaining('expected .terraform.lock.hcl')]);
    expect(faultsOf(lock('6.0.0', 15))).toEqual([expect.stringContaining('expected version 5.100.0')]);
    expect(faultsOf(lock('5.100.0', 1))).toEqual([expect.stringContaining('checksums of every platform')]);
  });

  it.each(['terraform', 'terraform/bootstrap'])('of %s is pinned and locked', (root) => {
    const [own, locked] = [read(`${root}/versions.tf`), read(`${root}/.terraform.lock.hcl`)];
    expect(terraformLockFaults(root, own, locked)).toEqual([]);
    expect(pinnedVersion(read('terraform/modules/lambda-function/versions.tf'))).toBe(pinnedVersion(own));
  });
});
