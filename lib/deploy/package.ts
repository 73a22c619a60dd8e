import { fileURLToPath } from 'node:url';
import { standardOutput } from '../terminal.ts';
import { packageFunctions } from './package-functions.ts';

/** `npm run package`: writes the zip of every function to dist/packages. */
const folder = (path: string) => fileURLToPath(new URL(`../../dist/${path}/`, import.meta.url));
const packages = await packageFunctions({ bundles: folder('functions'), packages: folder('packages') });

standardOutput.line('package                    size  sha256');
for (const { name, sizeBytes, sha256 } of packages) {
  const size = `${(sizeBytes / 1024).toFixed(1)} KiB`;
  standardOutput.line(`${`${name}.zip`.padEnd(18)} ${size.padStart(12)}  ${sha256}`);
}
