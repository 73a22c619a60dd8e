import { readdir, rm } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TOKENS_BY_TIME } from '../registry/token-format.ts';
import { onOutputClosed, standardError, standardOutput } from '../terminal.ts';
import { parseCommandLine, type StartOptions, USAGE, UsageError } from './command-line.ts';
import { type Console, jsonConsole, textConsole } from './console.ts';
import { isListEmpty } from './dynamodb.ts';
import { seedRawBucket } from './seed.ts';
import { checkStateIsFree, type Stack, StartError, startStack } from './stack.ts';
import { faultText, stateFault } from './state-faults.ts';
import { STATE_FOLDERS, strangersIn, WEBHOOK_SECRET_FILE } from './state-folder.ts';
import { type LocalWebhook, RAW_BUCKET, REGISTRY_TABLE } from './topology.ts';
import { tryIt } from './try-it.ts';
import { webhookSecret } from './webhook-secret.ts';

const PROJECT_FOLDER = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const DEFAULT_STATE_FOLDER = join(PROJECT_FOLDER, '.local');
const BUNDLE_FOLDER = join(PROJECT_FOLDER, 'dist', 'functions');
const SEED_FOLDER = join(PROJECT_FOLDER, 'data', 'raw');
const READY_TIMEOUT_MS = 60_000;

async function main(): Promise<void> {
  // Whatever the system writes is for its owner only.
  process.umask(0o077);
  const options = parseCommandLine(process.argv.slice(2));
  if (!options) {
    standardOutput.lines(USAGE.trimEnd().split('\n'));
    return;
  }
  const console = options.json ? jsonConsole(standardOutput) : textConsole(standardOutput);
  const stateFolder = options.state === undefined ? DEFAULT_STATE_FOLDER : resolve(options.state);
  process.on('uncaughtException', (error) => end(stateFault(error, stateFolder) ?? faultText(error)));
  if (options.reset) await resetState(stateFolder);
  console.step(`Starting; state is in ${relative(process.cwd(), stateFolder) || '.'}`);
  const stack = await startStack({
    host: options.host,
    allowedHosts: options.allowedHosts,
    concurrency: options.concurrency,
    ports: portsOf(options),
    stateFolder,
    auth: options.auth,
    corsOrigins: options.corsOrigins,
    webhook: await webhookOf(options, stateFolder, console),
    bundleFolder: BUNDLE_FOLDER,
    onLogLine: console.functionLine,
    onProblem: console.problem,
    onStateLost: end,
  });
  const stopping = stopOnSignals(stack, console);
  try {
    if (options.seed) await seed(stack, console);
  } catch (error) {
    if (stopping.aborted) return;
    throw error;
  }
  const needsToken = options.auth && (await isListEmpty(stack.urls.dynamodb, REGISTRY_TABLE, TOKENS_BY_TIME));
  console.ready(readyFacts(stack, { auth: options.auth, needsToken }));
  // Not before: its work would take time from the first model's.
  stack.tellEvents();
}

async function webhookOf(
  { webhook: url, webhookSecretFile }: StartOptions,
  stateFolder: string,
  console: Console,
): Promise<LocalWebhook | undefined> {
  if (url === undefined) return undefined;
  const file = webhookSecretFile ?? join(stateFolder, WEBHOOK_SECRET_FILE);
  const secret = await webhookSecret(file, webhookSecretFile === undefined);
  console.step(`Events are posted to ${url}, signed with the secret in ${relative(process.cwd(), file)}`);
  return { url, secret };
}

/**
 * Empties a state folder. It refuses a folder that does not look like one, and one that a running system
 * uses.
 */
async function resetState(folder: string): Promise<void> {
  const otherFiles = strangersIn(await readdir(folder).catch(missingAsEmpty));
  if (otherFiles.length > 0) {
    throw new StartError(
      `--reset: ${folder} holds "${otherFiles[0]}", which does not belong to this project; nothing was deleted.`,
    );
  }
  await checkStateIsFree(folder);
  // The folder itself may be a mount, as in a container.
  for (const name of STATE_FOLDERS) await rm(join(folder, name), { recursive: true, force: true });
}

function missingAsEmpty(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}

function portsOf(options: StartOptions) {
  return {
    http: { port: options.port, name: 'HTTP API', flag: '--port' },
    s3: { port: options.s3Port, name: 'S3', flag: '--s3-port' },
    dynamodb: { port: options.dynamodbPort, name: 'DynamoDB', flag: '--dynamodb-port' },
    cloudwatch: { port: options.cloudwatchPort, name: 'CloudWatch', flag: '--cloudwatch-port' },
    lambda: { port: options.lambdaPort, name: 'Lambda', flag: '--lambda-port' },
    stepFunctions: {
      port: options.stepFunctionsPort,
      name: 'Step Functions',
      flag: '--stepfunctions-port',
    },
  };
}

async function seed(stack: Stack, console: Console): Promise<void> {
  const uploaded = await seedRawBucket(SEED_FOLDER, stack.urls.s3, RAW_BUCKET);
  for (const key of uploaded) console.step(`Uploaded ${key} to ${RAW_BUCKET}`);
  await stack.lambda.idle();
  const deadlineMs = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    const health = await fetch(`${stack.urls.http}/health`);
    const body = await health.text();
    if (health.ok) return;
    if (Date.now() > deadlineMs) {
      console.problem(`The default model is not ready: ${body}`);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function readyFacts({ urls, deadLetterFolder }: Stack, tokens: { auth: boolean; needsToken: boolean }) {
  const api = urls.http.replace('127.0.0.1', 'localhost');
  return {
    urls: {
      Console: `${api}/`,
      Predict: `${api}/predict`,
      Health: `${api}/health`,
      Metrics: `${api}/metrics`,
      S3: urls.s3,
      DynamoDB: urls.dynamodb,
      CloudWatch: urls.cloudwatch,
      Lambda: urls.lambda,
      'Dead letters': relative(process.cwd(), deadLetterFolder),
    },
    rawBucket: `s3://${RAW_BUCKET}`,
    tryIt: tryIt({ ...tokens, api, s3: urls.s3, dynamodb: urls.dynamodb }),
  };
}

/**
 * The first signal stops everything in order; the second stops at once. The signal is aborted once stopping
 * has begun.
 */
function stopOnSignals(stack: Stack, console: Console): AbortSignal {
  const stopping = new AbortController();
  const stop = () => {
    if (stopping.signal.aborted) process.exit(1);
    stopping.abort();
    console.step('Stopping');
    stack.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.problem(String(error));
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  onOutputClosed(() => {
    if (!stopping.signal.aborted) stop();
  });
  return stopping.signal;
}

/**
 * Ends at once, with what to do. Functions end with this process, and the state is whole whenever it ends:
 * see OrphanGuard, and the tests that kill it.
 */
function end(message: string): never {
  standardError.lines(message.split('\n'));
  process.exit(1);
}

try {
  await main();
} catch (error) {
  if (error instanceof UsageError) {
    standardError.lines([error.message, '', ...USAGE.trimEnd().split('\n')]);
    process.exit(2);
  }
  if (error instanceof StartError) {
    standardError.line(error.message);
    process.exit(1);
  }
  throw error;
}
