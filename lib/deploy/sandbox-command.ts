import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { COMMAND_CALLS } from '../aws/client-limits.ts';
import { EXIT, runCommand } from '../cli/run-command.ts';
import { RegistryTable } from '../registry/table.ts';
import { standardError } from '../terminal.ts';
import { smokeTest, waitForChampion, waitForCount } from './api-checks.ts';
import { type Deployment, readDeployment } from './deployment.ts';
import { withSmokeToken } from './smoke-token.ts';

const USAGE = `Usage: node lib/deploy/sandbox-command.ts <step> --outputs <file>

One step of the workflow Sandbox, on a system that Terraform applied: what it shows cannot be seen without an
account. The steps are, in this order:

  drop      uploads data/raw/iris.csv
  champion  waits until ingestion and training made a champion of it
  predict   predicts through the API, with a token that it makes and revokes
  metrics   waits until /metrics has counted these predictions

  --outputs <file>  the output of \`terraform output -json\`
  -h, --help        print this

Exit codes: 0 done, 1 failed, 2 wrong usage.
`;

const IRIS = fileURLToPath(new URL('../../data/raw/iris.csv', import.meta.url));
const PREDICTIONS = 5;
const MINUTE_MS = 60_000;

const waiting = (minutes: number, intervalMs: number) => ({
  timeoutMs: minutes * MINUTE_MS,
  intervalMs,
  now: Date.now,
  sleep: (ms: number) => sleep(ms),
});

type Step = (deployment: Deployment) => Promise<string>;

const STEPS: Readonly<Record<string, Step>> = {
  async drop({ rawBucket }) {
    const s3 = new S3Client(COMMAND_CALLS);
    await s3.send(new PutObjectCommand({ Bucket: rawBucket, Key: 'iris.csv', Body: await readFile(IRIS) }));
    return 'iris.csv is in the raw bucket';
  },
  async champion({ apiUrl }) {
    return `the champion is ${await waitForChampion(apiUrl, waiting(13, 5000))}`;
  },
  async predict({ apiUrl, registryTable }) {
    const body = '{"features":[5.1,3.5,1.4,0.2]}';
    await withSmokeToken(tableNamed(registryTable), undefined, (token) =>
      smokeTest(apiUrl, { token, body, times: PREDICTIONS, sleep: (ms) => sleep(ms) }),
    );
    return `${PREDICTIONS} predictions answered`;
  },
  async metrics({ apiUrl, registryTable }) {
    const count = await withSmokeToken(
      tableNamed(registryTable),
      undefined,
      (token) => waitForCount(apiUrl, token, PREDICTIONS, waiting(10, 15_000)),
      ['metrics'],
    );
    return `/metrics counts ${count} predictions`;
  },
};

const tableNamed = (name: string) => new RegistryTable(new DynamoDBClient(COMMAND_CALLS), name);

interface Options {
  readonly step: Step;
  readonly outputs: string;
}

function parseCommandLine(args: readonly string[]): Options | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { outputs: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } },
  });
  if (values.help) return undefined;
  const [name = ''] = positionals;
  const step = Object.hasOwn(STEPS, name) && positionals.length === 1 ? STEPS[name] : undefined;
  if (!step)
    throw new TypeError(
      `expected one step of ${Object.keys(STEPS).join(', ')}, got "${positionals.join(' ')}"`,
    );
  if (values.outputs === undefined)
    throw new TypeError('--outputs: expected a file with the output of `terraform output -json`');
  return { step, outputs: values.outputs };
}

async function run({ step, outputs }: Options): Promise<number> {
  standardError.line(await step(readDeployment(await readFile(outputs, 'utf8'))));
  return EXIT.ok;
}

process.exitCode = await runCommand({ usage: USAGE, parse: parseCommandLine, run }, process.argv.slice(2));
