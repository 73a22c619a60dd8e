/**
 * Measures cold starts: the size of each function's bundle, the time to evaluate it in a fresh process, and
 * for predict the time from process start to first answer, including model load, beside an empty handler and
 * a first draft of predict. `npm run bench -- cold [--runs 15]`
 */
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { seedRawBucket } from '../../../lib/local/seed.ts';
import { functionDefinitions, RAW_BUCKET, REGION } from '../../../lib/local/topology.ts';
import { httpEvent } from '../../helpers/http-event.ts';
import { startTestStack, type TestStack } from '../../helpers/stack.ts';
import { quantile } from '../quantile.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const HERE = fileURLToPath(new URL('.', import.meta.url));
const FUNCTIONS = join(ROOT, 'dist/functions');
const EVENT = httpEvent('POST /predict', { body: '{"features":[5.1,3.5,1.4,0.2]}' });

const { values } = parseArgs({ options: { runs: { type: 'string', default: '15' } } });
const runs = Number(values.runs);

interface Bundle {
  readonly name: string;
  readonly file: string;
}

interface Start {
  readonly evaluationMs: number;
  /** Measured from the start of the process. */
  readonly firstAnswerMs: number;
  readonly body?: string;
}

async function start({ file }: Bundle, env: NodeJS.ProcessEnv, event?: unknown): Promise<Start> {
  const startedMs = performance.now();
  const child = fork(join(HERE, 'fresh-process.mjs'), event ? [file, JSON.stringify(event)] : [file], {
    env,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [],
  });
  const [answer] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) =>
      Promise.reject(new Error(`${file}: its process ended with ${code}`)),
    ),
  ])) as [Start];
  const firstAnswerMs = performance.now() - startedMs;
  if (child.exitCode === null) await once(child, 'exit');
  return { ...answer, firstAnswerMs };
}

/** Built like the functions, except for splitting, which the naive handler does not use. */
async function buildBeside(folder: string): Promise<Bundle[]> {
  await build({
    entryPoints: { naive: join(HERE, 'naive-handler.ts'), empty: join(HERE, 'empty-handler.ts') },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    keepNames: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    logLevel: 'warning',
  });
  return ['empty', 'naive'].map((name) => ({ name, file: join(folder, `${name}.mjs`) }));
}

/** The size of the code in a function's folder, without source maps, and of its handler alone. */
async function sizesKb({ name, file }: Bundle): Promise<{ all: number; handler: number }> {
  const handler = (await stat(file)).size / 1024;
  if (name === 'naive' || name === 'empty') return { all: handler, handler };
  const files = await readdir(dirname(file), { recursive: true, withFileTypes: true });
  const code = files.filter((entry) => entry.isFile() && entry.name.endsWith('.mjs'));
  const sizes = await Promise.all(
    code.map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size),
  );
  return { all: sizes.reduce((sum, size) => sum + size, 0) / 1024, handler };
}

function environmentOf(stack: TestStack): (bundle: Bundle) => NodeJS.ProcessEnv {
  return ({ name }) => {
    const known = name === 'naive' || name === 'empty' ? 'predict' : name;
    const [definition] = functionDefinitions([{ name: known, file: '' }], stack.urls, {
      auth: false,
      actor: 'bench',
      corsOrigins: '',
    });
    return {
      ...process.env,
      ...definition!.environment,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition!.memorySizeMb),
    };
  };
}

async function measure(
  bundles: readonly Bundle[],
  environment: (bundle: Bundle) => NodeJS.ProcessEnv,
  event?: unknown,
) {
  const found = new Map<string, Start[]>(bundles.map(({ name }) => [name, []]));
  // In turns, so that a busy moment of the machine affects all of them.
  for (let run = 0; run < runs; run++) {
    for (const bundle of bundles)
      found.get(bundle.name)!.push(await start(bundle, environment(bundle), event));
  }
  return found;
}

function checkAnswers(starts: readonly Start[]): void {
  for (const { body } of starts) {
    const { prediction } = JSON.parse(body ?? '{}') as { prediction?: string };
    if (prediction !== 'setosa') throw new Error(`expected "setosa", got ${body}`);
  }
}

const cell = (value: number, width: number, digits = 0) => value.toFixed(digits).padStart(width);
const spread = (times: readonly number[]) =>
  `${cell(quantile(times, 0.5), 9, 1)}${cell(Math.min(...times), 9, 1)}${cell(quantile(times, 0.99), 9, 1)}`;

async function report(stack: TestStack, beside: readonly Bundle[]): Promise<void> {
  const environment = environmentOf(stack);
  const names = (await readdir(FUNCTIONS)).sort();
  const bundles = [...beside, ...names.map((name) => ({ name, file: join(FUNCTIONS, name, 'handler.mjs') }))];
  const evaluated = await measure(bundles, environment);
  console.log(`\n${'bundle'.padEnd(14)}   all KB   handler KB   evaluation ms: median    least      p99`);
  for (const bundle of bundles) {
    const { all, handler } = await sizesKb(bundle);
    const times = evaluated.get(bundle.name)!.map(({ evaluationMs }) => evaluationMs);
    console.log(
      `${bundle.name.padEnd(14)}${cell(all, 9)}${cell(handler, 13)}${' '.repeat(15)}${spread(times)}`,
    );
  }
  const asked = bundles.filter(({ name }) => name === 'naive' || name === 'predict');
  const answered = await measure(asked, environment, EVENT);
  console.log(`\nprocess start to first answer, model load included, ms: median    least      p99`);
  for (const [name, starts] of answered) {
    checkAnswers(starts);
    console.log(`${name.padEnd(55)}${spread(starts.map(({ firstAnswerMs }) => firstAnswerMs))}`);
  }
  const median = (found: Map<string, Start[]>, name: string, pick: (start: Start) => number) =>
    quantile(found.get(name)!.map(pick), 0.5);
  const ratio = (found: Map<string, Start[]>, pick: (start: Start) => number) =>
    (median(found, 'predict', pick) / median(found, 'naive', pick)).toFixed(2);
  console.log(
    `\npredict beside the naive bundle: evaluation ${ratio(evaluated, ({ evaluationMs }) => evaluationMs)}, first answer ${ratio(answered, ({ firstAnswerMs }) => firstAnswerMs)}`,
  );
}

const [cpu] = cpus();
console.log(`${cpus().length} x ${cpu?.model}, Node ${process.version}; ${runs} fresh processes each`);
execFileSync(process.execPath, ['esbuild.config.mjs', '--quiet'], { cwd: ROOT, stdio: 'inherit' });
const folder = await mkdtemp(join(tmpdir(), 'classifier-cold-'));
const stack = await startTestStack();
try {
  await seedRawBucket(join(ROOT, 'data/raw'), stack.urls.s3, RAW_BUCKET);
  await stack.lambda.idle();
  await report(stack, await buildBeside(folder));
} finally {
  await stack.dispose();
  await rm(folder, { recursive: true, force: true });
}
