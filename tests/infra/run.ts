import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startCloudWatch } from '../contract/cloudwatch-server.ts';
import { MOTO_PLACE, testApplied } from './apply.ts';
import { BatchJobs } from './batch-jobs.ts';
import { freeUrl, startMoto } from './moto.ts';
import { MOTO_GAPS, motoAlteration, motoStandIn, type StepRunner } from './moto-gaps.ts';
import { makePackages, type Packages } from './packages.ts';
import { InfraTestError, Processes, StoppedError } from './processes.ts';
import { startRecorder } from './recorder.ts';
import { Terraform } from './terraform.ts';
import { missingTools, providerMirror } from './tools.ts';
import { WithheldTags } from './withheld-tags.ts';

/**
 * `npm run test:infra`: checks Terraform's format and validity and runs its own tests. At the same time it
 * applies everything to a moto server, uses it from end to end, plans it again and destroys it. Exit code 1
 * for a fault, 2 for a missing tool.
 */
const SOURCE = fileURLToPath(new URL('../../terraform', import.meta.url));
/** Several times the duration of a run on two busy processors. */
const LIMIT_MINUTES = 35;

async function main(): Promise<number> {
  const missing = missingTools();
  if (missing.length > 0) return cannotRun(missing);
  const processes = new Processes();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => processes.stop(`stopped by ${signal}`));
  const limit = setTimeout(
    () => processes.stop(`expected to be done within ${LIMIT_MINUTES} minutes`),
    LIMIT_MINUTES * 60_000,
  );
  const workFolder = await mkdtemp(join(tmpdir(), 'classifier-infra-'));
  try {
    const missingProvider = await test(workFolder, processes);
    if (missingProvider !== undefined) return cannotRun([missingProvider]);
    say('Passed');
    return 0;
  } catch (error) {
    const text = error instanceof InfraTestError ? error.message : (error as Error).stack;
    process.stderr.write(`FAILED ${text}\n`);
    return 1;
  } finally {
    clearTimeout(limit);
    await processes.stop('the test is over');
    await rm(workFolder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function cannotRun(reasons: readonly string[]): number {
  process.stderr.write(`test:infra cannot run:\n${reasons.map((line) => `  ${line}\n`).join('')}`);
  return 2;
}

/** The folders of the root modules, by their name in messages. */
type Roots = Readonly<Record<'system' | 'bootstrap', string>>;

/** @returns why it cannot run here; undefined when all passed */
async function test(workFolder: string, processes: Processes): Promise<string | undefined> {
  const copy = join(workFolder, 'terraform');
  await cp(SOURCE, copy, {
    recursive: true,
    filter: (path) => !/\.terraform(?!\.lock\.hcl)|\.tfstate/.test(path),
  });
  const roots: Roots = { system: copy, bootstrap: join(copy, 'bootstrap') };
  const mirror = providerMirror();
  const packages = await makePackages(workFolder);
  const own = { processes, workFolder, mirror };
  const modules = await validModules(roots, own, packages);
  if (typeof modules === 'string') return modules;
  await expectLockIsUsed(copy, own);
  await together(processes, [() => testModules(modules), () => testAgainstMoto({ ...own, roots, packages })]);
  process.stdout.write(`Not seen, since moto cannot:\n${MOTO_GAPS.map((gap) => `  - ${gap}\n`).join('')}`);
  return undefined;
}

type Modules = readonly (readonly [name: string, terraform: Terraform])[];

interface Own {
  readonly processes: Processes;
  readonly workFolder: string;
  readonly mirror: string | undefined;
}

/** @returns the modules, ready to test; a line of text when the provider is not available */
async function validModules(roots: Roots, own: Own, packages: Packages): Promise<Modules | string> {
  const modules: [string, Terraform][] = [];
  const env = { TF_VAR_package_dir: packages.packageFolder };
  for (const [name, folder] of Object.entries(roots)) {
    const terraform = await Terraform.in(folder, { ...own, env });
    if (modules.length === 0) await terraform.run(['fmt', '-check', '-diff', '-recursive']);
    const { code, stderr } = await terraform.try(['init', '-backend=false', '-lockfile=readonly']);
    if (/Failed to query available provider packages/.test(stderr))
      return `no AWS provider; set TF_PROVIDER_MIRROR to a folder with it\n${stderr}`;
    if (code !== 0) throw new InfraTestError(`terraform init of ${name}\n${stderr}`);
    await terraform.run(['validate']);
    say(`${name}: formatted and valid, with the provider that the lock file names`);
    modules.push([name, terraform]);
  }
  return modules;
}

/** A provider whose bytes the lock file does not name must not be installed. */
async function expectLockIsUsed(source: string, own: Own): Promise<void> {
  const folder = join(own.workFolder, 'other-lock');
  await cp(source, folder, { recursive: true });
  const lock = join(folder, '.terraform.lock.hcl');
  const named = await readFile(lock, 'utf8');
  await writeFile(lock, named.replaceAll(/"(h1|zh):[^"]{8}/g, '"$1:00000000'));
  const terraform = await Terraform.in(folder, { ...own, env: {} });
  const { code, stderr } = await terraform.try(['init', '-backend=false', '-lockfile=readonly']);
  if (code === 0 || !/checksum/.test(stderr))
    throw new InfraTestError(
      `expected terraform init to refuse a provider of other checksums, got ${code}\n${stderr}`,
    );
  say('a provider of other checksums than the lock file names is refused');
}

async function testModules(modules: Modules): Promise<void> {
  for (const [name, terraform] of modules) {
    const printed = await terraform.run(['test']);
    say(`${name}: terraform test: ${/Success! .*/.exec(printed)?.[0] ?? printed}`);
  }
}

async function testAgainstMoto(options: Own & { readonly roots: Roots; readonly packages: Packages }) {
  const withheldTags = new WithheldTags(MOTO_PLACE);
  const url = await freeUrl();
  const cloudWatch = await startCloudWatch();
  const steps: StepRunner = { run: undefined };
  const jobs = new BatchJobs();
  const standIn = motoStandIn({ moto: url, cloudWatch: cloudWatch.endpoint, steps, jobs });
  const recorder = await startRecorder(url, standIn, (call, answer) =>
    withheldTags.alter(call, motoAlteration(call, answer)),
  );
  try {
    await startMoto(options.processes, url, recorder.url);
    await testApplied({ ...options, recorder, steps, jobs, withheldTags, metrics: cloudWatch.client, say });
  } finally {
    await recorder.close();
    await cloudWatch.stop();
  }
}

/**
 * Runs the parts at the same time, because the provider mostly waits. The first failure ends the others.
 *
 * @throws that failure
 */
async function together(processes: Processes, parts: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  const outcomes = parts.map((part) =>
    part().catch(async (error: unknown) => {
      failures.push(error);
      await processes.stop('stopped, since another step failed');
    }),
  );
  await Promise.all(outcomes);
  if (failures.length > 0) throw failures.find((error) => !(error instanceof StoppedError)) ?? failures[0];
}

/** Prints a line with the seconds since the start, which show where the time goes. */
function say(line: string): void {
  process.stdout.write(`${(performance.now() / 1000).toFixed(0).padStart(4)} s  ${line}\n`);
}

process.exitCode = await main();
