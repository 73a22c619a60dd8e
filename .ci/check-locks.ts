import { existsSync, readFileSync } from 'node:fs';
import { packageLockFaults, pinnedVersion, terraformLockFaults } from './lock-faults.ts';

/** `npm run lint:locks`: every package and every provider is installed by a checksum that is written down. */
const ROOTS = ['terraform', 'terraform/bootstrap'];
const MODULE = 'terraform/modules/lambda-function/versions.tf';

const read = (file: string) => readFileSync(file, 'utf8');
const optional = (file: string) => (existsSync(file) ? read(file) : undefined);

const faults = [
  ...packageLockFaults('package-lock.json', read('package-lock.json')),
  ...ROOTS.flatMap((root) =>
    terraformLockFaults(root, read(`${root}/versions.tf`), optional(`${root}/.terraform.lock.hcl`)),
  ),
  ...(pinnedVersion(read(MODULE)) === pinnedVersion(read(`${ROOTS[0]}/versions.tf`))
    ? []
    : [`${MODULE}: expected the provider's version of ${ROOTS[0]}/versions.tf`]),
];
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.stdout.write(
  `package-lock.json and ${ROOTS.length} provider locks checked, ${faults.length} faults\n`,
);
process.exitCode = faults.length === 0 ? 0 : 1;
