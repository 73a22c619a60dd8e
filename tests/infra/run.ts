import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { testApplied } from './apply.ts';
import { startMoto } from './moto.ts';
import { MOTO_GAPS, motoStandIn } from './moto-gaps.ts';
import { makePackages } from './packages.ts';
import { startRecorder } from './recorder.ts';
import { InfraTestError, Terraform } from './terraform.ts';
import { missingTools, providerMirror } from './tools.ts';

/**
 * `npm run test:infra`: Terraform's format, validity and own tests; then everything applied to a moto server, used from end to end, planned
 * again and destroyed. Exit code 2 when a tool is missing.
 */
const SOURCE = fileURLToPath(new URL('../../terraform', import.meta.url));

async function main(): Promise<number> {
  const missing = missingTools();
  if (missing.length > 0) {
    process.stderr.write(`test:infra cannot run:\n${missing.map((line) => `  ${line}\n`).join('')}`);
    return 2;
  }
  const workFolder = await mkdtemp(join(tmpdir(), 'classifier-infra-'));
  try {
    return await test(workFolder);
  } catch (error) {
    if (!(error instanceof InfraTestError)) throw error;
    process.stderr.write(`FAILED ${error.message}\n`);
    return 1;
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

async function test(workFolder: string): Promise<number> {
  const copy = join(workFolder, 'terraform');
  await cp(SOURCE, copy, { recursive: true, filter: (path) => !/\.terraform|\.tfstate/.test(path) });
  const mirror = providerMirror();
  const packages = await makePackages(workFolder);
  const env = { TF_VAR_package_dir: packages.packageFolder };
  const roots = { system: copy, bootstrap: join(copy, 'bootstrap') };
  for (const [name, folder] of Object.entries(roots)) {
    const terraform = await Terraform.in(folder, { workFolder, mirror, env });
    await terraform.run(['fmt', '-check', '-diff', '-recursive']);
    const initialised = await terraform.try(['init', '-backend=false']);
    if (/Failed to query available provider packages/.test(initialised.stderr)) {
      process.stderr.write(
        `test:infra cannot run: no AWS provider; set TF_PROVIDER_MIRROR to a folder with it\n${initialised.stderr}`,
      );
      return 2;
    }
    if (initialised.code !== 0) throw new InfraTestError(`terraform init of ${name}\n${initialised.stderr}`);
    await terraform.run(['validate']);
    say(`${name}: formatted and valid`);
    const tested = await terraform.run(['test']);
    say(`${name}: terraform test: ${/Success! .*/.exec(tested)?.[0] ?? tested}`);
  }
  const moto = await startMoto();
  const recorder = await startRecorder(moto.url, motoStandIn());
  try {
    await testApplied({ roots, workFolder, mirror, packages, recorder, say });
  } finally {
    await recorder.close();
    moto.stop();
  }
  say(`Not seen, since moto cannot:\n${MOTO_GAPS.map((gap) => `  - ${gap}`).join('\n')}`);
  return 0;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = await main();
