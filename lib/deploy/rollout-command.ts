import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { COMMAND_CALLS } from '../aws/client-limits.ts';
import { EXIT, runCommand } from '../cli/run-command.ts';
import { RegistryTable } from '../registry/table.ts';
import { standardError, standardOutput } from '../terminal.ts';
import { smokeTest, waitForChampion } from './api-checks.ts';
import { type Deployment, readDeployment } from './deployment.ts';
import { pruneVersions } from './prune-versions.ts';
import { type RolloutOutcome, type RolloutWorld, rollBack, rollOut } from './rollout.ts';
import { withSmokeToken } from './smoke-token.ts';
import { uploadRawFiles } from './upload-raw-files.ts';

const USAGE = `Usage: npm run rollout -- --outputs <file> --release <name> [options]

Moves the aliases of the deployed functions to the versions that Terraform published. The HTTP functions
move by a canary: predictions test it, the alarms are watched, and everything moves back when anything
fails. A second run of the same release continues where the first one stopped. Its predictions use
SMOKE_TOKEN of the environment, a token with the scope "predict", or else a token that it makes and revokes.
At the end, versions of functions are deleted but for the newest five and those that serve or served before.

  --outputs <file>         the output of \`terraform output -json\`
  --release <name>         the name of this rollout, such as the commit
  --canary-percent <n>     share of the calls that new versions get first, 1 to 99 (default 10)
  --canary-minutes <n>     how long the alarms are then watched, 0 to 120 (default 5)
  --ready-minutes <n>      how long the first model may take, 1 to 120 (default 20)
  --limit-minutes <n>      how long all of it may take before it moves back, 1 to 180, more than the canary
                           (default 50: a role's credentials last 60)
  --data <folder>          upload its CSV files before waiting for a model
  --smoke-request <json>   the prediction request (default {"features":[5.1,3.5,1.4,0.2]})
  --ignore-alarms <a,b>    alarms that are on and must not stop this rollout, for example because this
                           release fixes their cause
  --back                   move the release back
  -h, --help               print this

Exit codes: 0 done, 1 failed (standard error says what was moved back), 2 wrong usage.
`;

/**
 * With a canary share of 10%, at least one of 20 requests reaches the new version with a probability of 88%.
 * The version was also called directly before.
 */
const SMOKE_REQUESTS = 20;
const ALARM_INTERVAL_MS = 15_000;
const HEALTH_INTERVAL_MS = 5_000;

interface Options {
  readonly outputs: string;
  readonly release: string;
  readonly canaryShare: number;
  readonly canaryMs: number;
  readonly readyMs: number;
  readonly limitMs: number;
  readonly data: string | undefined;
  readonly smokeRequest: string;
  readonly ignoredAlarms: readonly string[];
  readonly back: boolean;
}

function parseCommandLine(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      outputs: { type: 'string' },
      release: { type: 'string' },
      'canary-percent': { type: 'string', default: '10' },
      'canary-minutes': { type: 'string', default: '5' },
      'ready-minutes': { type: 'string', default: '20' },
      'limit-minutes': { type: 'string', default: '50' },
      data: { type: 'string' },
      'smoke-request': { type: 'string', default: '{"features":[5.1,3.5,1.4,0.2]}' },
      'ignore-alarms': { type: 'string', default: '' },
      back: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const { outputs, release = '' } = values;
  if (outputs === undefined)
    throw new TypeError('--outputs: expected a file with the output of `terraform output -json`');
  if (!/^\S{1,128}$/.test(release))
    throw new TypeError(`--release: expected a name of 1 to 128 characters without spaces, got "${release}"`);
  const limitMinutes = wholeNumber('limit-minutes', values['limit-minutes'], 1, 180);
  const canaryMinutes = wholeNumber('canary-minutes', values['canary-minutes'], 0, 120);
  if (canaryMinutes >= limitMinutes)
    throw new TypeError(
      `--canary-minutes: expected less than the ${limitMinutes} minutes of --limit-minutes, got ${canaryMinutes}`,
    );
  return {
    outputs,
    release,
    canaryShare: wholeNumber('canary-percent', values['canary-percent'], 1, 99) / 100,
    canaryMs: canaryMinutes * 60_000,
    limitMs: limitMinutes * 60_000,
    readyMs: wholeNumber('ready-minutes', values['ready-minutes'], 1, 120) * 60_000,
    data: values.data,
    smokeRequest: values['smoke-request'],
    ignoredAlarms: values['ignore-alarms'].split(',').filter((name) => name !== ''),
    back: values.back,
  };
}

function wholeNumber(option: string, text: string, min: number, max: number): number {
  const number = Number(text);
  if (/^\d{1,3}$/.test(text) && number >= min && number <= max) return number;
  throw new TypeError(`--${option}: expected a whole number from ${min} to ${max}, got "${text}"`);
}

async function run(options: Options): Promise<number> {
  const deployment = withoutIgnored(
    readDeployment(await readFile(options.outputs, 'utf8')),
    options.ignoredAlarms,
  );
  const lambda = new LambdaClient(COMMAND_CALLS);
  const outcome = options.back
    ? await rollBack(deployment, options.release, { lambda, say })
    : await withSmokeToken(tableOf(deployment), process.env.SMOKE_TOKEN, (token) =>
        rollOut(planOf(deployment, options), world(deployment, options, { lambda, token })),
      );
  report(outcome);
  if (outcome.outcome === 'done' && !options.back) await prune(deployment, lambda);
  const succeeded = options.back ? outcome.outcome !== 'rollback_incomplete' : outcome.outcome === 'done';
  return succeeded ? EXIT.ok : EXIT.failure;
}

const tableOf = ({ registryTable }: Deployment) =>
  new RegistryTable(new DynamoDBClient(COMMAND_CALLS), registryTable);

function planOf(deployment: Deployment, { release, canaryShare, canaryMs }: Options) {
  return { deployment, release, canaryShare, canaryMs, alarmIntervalMs: ALARM_INTERVAL_MS };
}

function withoutIgnored(deployment: Deployment, ignored: readonly string[]): Deployment {
  const unknown = ignored.filter((name) => !deployment.alarms.includes(name));
  if (unknown.length > 0)
    throw new Error(
      `--ignore-alarms: expected names from ${deployment.alarms.join(', ')}; got ${unknown.join(', ')}`,
    );
  return { ...deployment, alarms: deployment.alarms.filter((name) => !ignored.includes(name)) };
}

/** The release is done, whether or not there was time to tidy up. */
async function prune(deployment: Deployment, lambda: LambdaClient): Promise<void> {
  try {
    await pruneVersions(deployment, { lambda, say });
  } catch (error) {
    say(`Old versions of functions stay, the next rollout deletes them: ${(error as Error).message}`);
  }
}

interface Means {
  readonly lambda: LambdaClient;
  /** Of the scope `predict`. */
  readonly token: string;
}

function world(deployment: Deployment, options: Options, { lambda, token }: Means): RolloutWorld {
  const stop = stopSignal(options.limitMs);
  // An aborted timer's error only says that it was aborted; the cause gives the reason.
  const pause = (ms: number) =>
    sleep(ms, undefined, { signal: stop }).catch((error: Error) => {
      throw error.cause ?? error;
    });
  return {
    lambda,
    cloudwatch: new CloudWatchClient(COMMAND_CALLS),
    prepare: async () => {
      if (options.data !== undefined)
        await uploadRawFiles(new S3Client(COMMAND_CALLS), options.data, deployment.rawBucket, say);
      const waiting = {
        timeoutMs: options.readyMs,
        intervalMs: HEALTH_INTERVAL_MS,
        now: Date.now,
        sleep: pause,
      };
      say(`The champion is ${await waitForChampion(deployment.apiUrl, waiting)}`);
    },
    smoke: async () => {
      stop.throwIfAborted();
      const smoke = { token, body: options.smokeRequest, times: SMOKE_REQUESTS, sleep: pause };
      await smokeTest(deployment.apiUrl, smoke);
      say(`${SMOKE_REQUESTS} predictions answered`);
    },
    now: Date.now,
    sleep: pause,
    say,
  };
}

/**
 * A cancelled workflow sends SIGINT, and later SIGTERM. The time between is enough to move back. So is the
 * time between the limit and the end of the credentials.
 */
function stopSignal(limitMs: number): AbortSignal {
  const stopping = new AbortController();
  const overTime = new Error(`expected to be done within the ${limitMs / 60_000} minutes of --limit-minutes`);
  setTimeout(() => stopping.abort(overTime), limitMs).unref();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => stopping.abort(new Error(`stopped by ${signal}`)));
  return stopping.signal;
}

function say(line: string): void {
  standardError.line(line);
}

function report(outcome: RolloutOutcome): void {
  standardOutput.json(outcome, 2);
}

process.exitCode = await runCommand({ usage: USAGE, parse: parseCommandLine, run }, process.argv.slice(2));
