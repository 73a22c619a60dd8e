import { parseArgs } from 'node:util';
import { FUNCTION_NAMES, FUNCTIONS, triggeredBy } from '../functions.ts';
import { EXPECTED_ORIGINS, parseOrigins } from '../http/origins.ts';
import { oneLine } from '../text-safety.ts';

/** The options of `npm start`. */
export interface StartOptions {
  readonly host: string;
  /** Further names under which clients reach this machine. */
  readonly allowedHosts: readonly string[];
  readonly port: number;
  readonly s3Port: number;
  readonly dynamodbPort: number;
  readonly cloudwatchPort: number;
  readonly lambdaPort: number;
  readonly stepFunctionsPort: number;
  /** The most calls at once of each function that answers requests; undefined for its own cap. */
  readonly concurrency: number | undefined;
  readonly reset: boolean;
  readonly seed: boolean;
  readonly json: boolean;
  /** Whether requests need a token. */
  readonly auth: boolean;
  /** Origins of web pages that may use the API, in the form of CORS_ALLOWED_ORIGINS. */
  readonly corsOrigins: string;
  /** Where events are posted; undefined for nowhere. */
  readonly webhook: string | undefined;
  /** The file with what they are signed with; undefined for the one in the state folder. */
  readonly webhookSecretFile: string | undefined;
  /** The folder of all state; undefined for the project's own `.local`. */
  readonly state: string | undefined;
}

/** How long a call above its function's cap waits for its turn. The HTTP API gives up after 30 s. */
export const MAX_QUEUE_MS = 20_000;

/** The default caps, as `authorize 20, metrics 2`. */
const CAPS = FUNCTION_NAMES.filter((name) => triggeredBy(FUNCTIONS[name]) === 'http')
  .map((name) => `${name} ${FUNCTIONS[name].localConcurrency}`)
  .join(', ');

export const USAGE = `Usage: npm start -- [options]

Starts the whole system on this machine: S3, DynamoDB, CloudWatch, Lambda and the HTTP API, with its state
below .local/, and uploads the CSV files below data/raw. Ctrl-C stops it.

  --host <address>           address to listen on (default 127.0.0.1; 0.0.0.0 inside a container)
  --allow-host <name>        another name of this machine that requests may name as their host, such as a
                             container's; may be given several times
  --port <n>                 HTTP API (default 8000)
  --s3-port <n>              S3 (default 9000)
  --dynamodb-port <n>        DynamoDB (default 9001)
  --cloudwatch-port <n>      CloudWatch (default 9002)
  --lambda-port <n>          Lambda (default 9003)
  --stepfunctions-port <n>   Step Functions (default 9004)
  --concurrency <n>          calls of each function that answers requests, at once (default ${CAPS});
                             more wait for their turn, ${MAX_QUEUE_MS / 1000} s at most
  --state <folder>           the folder of all state (default .local/)
  --reset                    delete that folder first: all uploads, models and metrics
  --auth                     requests need a token, as deployed; \`npm run token\` makes one
  --cors <origins>           web pages that may use the API: origins separated by commas, or * (default none)
  --webhook <url>            post each event there, signed
  --webhook-secret-file <file>
                             what they are signed with (default <state>/webhook-secret, made when missing)
  --no-seed                  do not upload data/raw
  --json                     one JSON object per line instead of text
  -h, --help                 print this
`;

/** A mistake in the command line: exit code 2. */
export class UsageError extends Error {}

/**
 * Reads the command line of `npm start`.
 *
 * @returns undefined when the user asked for help
 * @throws UsageError naming the option
 */
export function parseCommandLine(args: readonly string[]): StartOptions | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  return {
    host: hostOf('host', values.host),
    allowedHosts: values['allow-host'].map((name) => hostOf('allow-host', name)),
    port: portOf('port', values.port),
    s3Port: portOf('s3-port', values['s3-port']),
    dynamodbPort: portOf('dynamodb-port', values['dynamodb-port']),
    cloudwatchPort: portOf('cloudwatch-port', values['cloudwatch-port']),
    lambdaPort: portOf('lambda-port', values['lambda-port']),
    stepFunctionsPort: portOf('stepfunctions-port', values['stepfunctions-port']),
    concurrency: values.concurrency === undefined ? undefined : concurrencyOf(values.concurrency),
    reset: values.reset,
    seed: !values['no-seed'],
    json: values.json,
    auth: values.auth,
    corsOrigins: originsOf(values.cors),
    webhook: values.webhook === undefined ? undefined : webhookOf(values.webhook),
    webhookSecretFile: values['webhook-secret-file'],
    state: values.state,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        host: { type: 'string', default: '127.0.0.1' },
        'allow-host': { type: 'string', multiple: true, default: [] },
        port: { type: 'string', default: '8000' },
        's3-port': { type: 'string', default: '9000' },
        'dynamodb-port': { type: 'string', default: '9001' },
        'cloudwatch-port': { type: 'string', default: '9002' },
        'lambda-port': { type: 'string', default: '9003' },
        'stepfunctions-port': { type: 'string', default: '9004' },
        concurrency: { type: 'string' },
        state: { type: 'string' },
        reset: { type: 'boolean', default: false },
        'no-seed': { type: 'boolean', default: false },
        auth: { type: 'boolean', default: false },
        cors: { type: 'string', default: '' },
        webhook: { type: 'string' },
        'webhook-secret-file': { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    // Node's message has several lines.
    throw new UsageError(oneLine((error as Error).message, 1000));
  }
}

/** 0 asks the system for a free port. */
function portOf(option: string, text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new UsageError(`--${option}: expected a port from 0 to 65535, got "${text}"`);
}

/** A name or an address as a Host header has it, without a port. */
function hostOf(option: string, text: string): string {
  if (/^([a-z0-9._-]+|\[?[0-9a-f:.]+\]?)$/i.test(text)) return text;
  throw new UsageError(`--${option}: expected a name or an address without a port, got "${text}"`);
}

function concurrencyOf(text: string): number {
  if (/^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= 1000) return Number(text);
  throw new UsageError(`--concurrency: expected a whole number from 1 to 1000, got "${text}"`);
}

/**
 * Checked here as the functions check it, so that a mistake is reported for the command line, not for every
 * function.
 */
function originsOf(text: string): string {
  if (parseOrigins(text) !== undefined) return text;
  throw new UsageError(`--cors: ${EXPECTED_ORIGINS}; got "${text}"`);
}

function webhookOf(text: string): string {
  const protocol = URL.canParse(text) ? new URL(text).protocol : '';
  if (protocol === 'http:' || protocol === 'https:') return text;
  throw new UsageError(`--webhook: expected an address such as http://localhost:3000/events, got "${text}"`);
}
