import { cp, readdir, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { availableParallelism, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { Level } from 'level';
import BATCH_DEFINITION from '../../terraform/state-machines/batch.asl.json' with { type: 'json' };
import SET_DEFINITION from '../../terraform/state-machines/ingest-set.asl.json' with { type: 'json' };
import { type AllowedOrigins, parseOrigins } from '../http/origins.ts';
import { CloudWatchThread } from './cloudwatch-thread.ts';
import { MAX_QUEUE_MS } from './command-line.ts';
import { createRegistryTable, openDynamoDb } from './dynamodb.ts';
import { EventTeller } from './event-teller.ts';
import { createHttpApi } from './http-api/http-api.ts';
import { functionArn } from './lambda/function-definition.ts';
import { type LambdaHost, openLambdaHost } from './lambda/host.ts';
import { startSchedules } from './lambda/schedules.ts';
import { damagedTables } from './leveldb-tables.ts';
import { type ListenSettings, listenOn } from './listen.ts';
import { watchRegistry } from './registry-watch.ts';
import { openLocalS3 } from './s3/server.ts';
import { damagedState, droppedRecords, faultText, startFault, stateFault } from './state-faults.ts';
import { makeStateFolders } from './state-folder.ts';
import { stepFunctionsServer } from './step-functions/api.ts';
import { LocalExecutions } from './step-functions/executions.ts';
import { filledIn, LocalStateMachine, type StateMachineDefinition } from './step-functions/state-machine.ts';
import {
  ACCOUNT_ID,
  authorizer,
  BATCH_STATE_MACHINE,
  bucketDefinitions,
  type FunctionSettings,
  functionDefinitions,
  type LocalWebhook,
  REGION,
  REGISTRY_TABLE,
  routes,
  SCHEDULES,
  SET_STATE_MACHINE,
} from './topology.ts';

/** What listens. */
export type Endpoint = 'http' | 's3' | 'dynamodb' | 'cloudwatch' | 'lambda' | 'stepFunctions';

/** A port, and the advice to print when it is taken. */
export interface PortChoice {
  readonly port: number;
  readonly name: string;
  readonly flag: string;
}

export interface StackOptions {
  readonly host: string;
  /** Further names under which clients reach this machine, such as that of a container. */
  readonly allowedHosts?: readonly string[];
  readonly ports: Readonly<Record<Endpoint, PortChoice>>;
  /** Absolute path of the folder of all state. */
  readonly stateFolder: string;
  /** Whether requests need a token, as deployed. */
  readonly auth?: boolean;
  /** How long the gateway caches the authorizer's answer for a token. Default 60 s, as deployed. */
  readonly authorizerTtlSeconds?: number;
  /** Origins of web pages that may use the API, in the form of CORS_ALLOWED_ORIGINS. Default none. */
  readonly corsOrigins?: string;
  /** Where events are posted. Default nowhere. */
  readonly webhook?: LocalWebhook | undefined;
  /**
   * How long a request waits for a busy process before it takes another one or starts one. Default 20, a
   * small part of the time of a start.
   */
  readonly maxWaitMs?: number;
  /** The most calls at once of each function that somebody waits for. Default: each function's own cap. */
  readonly concurrency?: number | undefined;
  /** Settings of functions that differ from the laptop's. */
  readonly functionSettings?: FunctionSettings;
  /** How long a call above the cap waits for its turn. Default MAX_QUEUE_MS. */
  readonly maxQueueMs?: number;
  /** Absolute path of the folder with `<function>/handler.mjs` of every function. */
  readonly bundleFolder: string;
  readonly onLogLine: (functionName: string, line: string) => void;
  readonly onProblem: (message: string) => void;
  /** Called when the state cannot be used any more, with a sentence that says what to do. */
  readonly onStateLost: (message: string) => void;
}

/** The running system. */
export interface Stack {
  readonly urls: Readonly<Record<Endpoint, string>>;
  readonly deadLetterFolder: string;
  readonly lambda: LambdaHost;
  /** From now on the events function runs whenever the registry changes, not at its schedule only. */
  tellEvents(): void;
  /** Stops everything in order; resolves when no child process and no open file is left. */
  close(): Promise<void>;
}

/** The state folder cannot be used, or a port is taken. The message says what the user can do. */
export class StartError extends Error {}

/** What the definitions of state machines name. */
const STEP_FUNCTIONS = Object.fromEntries(
  (['batch', 'ingest'] as const).map((name) => [
    `${name}_function_arn`,
    functionArn({ region: REGION, accountId: ACCOUNT_ID }, name),
  ]),
);

/**
 * Starts the laptop's AWS in this process: opens the state, listens on all ports, and starts the functions.
 *
 * @throws StartError when a port is taken, or the state is used by another process, damaged or not writable
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const cleanups: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    return await bringUp(options, cleanups, close);
  } catch (error) {
    // What already runs may depend on what failed. The first error is the one that a person can act on.
    await close().catch(() => undefined);
    if (error instanceof StartError) throw error;
    throw new StartError(startFault(error, options.stateFolder), { cause: error });
  }
}

async function bringUp(
  options: StackOptions,
  cleanups: (() => Promise<void>)[],
  close: () => Promise<void>,
): Promise<Stack> {
  const { stateFolder, ports, auth = false, corsOrigins = '' } = options;
  await makeStateFolders(stateFolder);
  const database = await openState(join(stateFolder, 'state'));
  cleanups.push(() => database.close());
  await checkRegistry(join(stateFolder, 'dynamodb'), options.onProblem);
  const dropped = await droppedRecords(database.location, 'The index of uploads, models and metrics');
  if (dropped !== undefined) options.onProblem(dropped);
  const bundles = await copyBundles(options.bundleFolder, join(stateFolder, 'functions'));
  const report = (error: unknown) => {
    const fault = stateFault(error, stateFolder);
    if (fault === undefined) options.onProblem(faultText(error));
    else options.onStateLost(fault);
  };
  const { host, allowedHosts = [] } = options;
  const ownPages = { allowedHosts, webPages: 'own' } as const;
  const listen = async (server: Server, choice: PortChoice, settings: Partial<ListenSettings> = {}) => {
    const listening = listenOn(server, { port: choice.port, host, callers: ownPages, ...settings });
    const port = await withAdvice(listening, choice, host);
    cleanups.push(() => closeServer(server));
    return urlOf(settings.host ?? host, port);
  };

  const cloudWatch = new CloudWatchThread({
    databaseFolder: database.location,
    functions: bundles.map(({ name }) => name),
    region: REGION,
    accountId: ACCOUNT_ID,
    listen: { port: ports.cloudwatch.port, host, callers: ownPages },
    show: options.onLogLine,
    onError: report,
  });
  cleanups.push(() => cloudWatch.close());
  const registry = openDynamoDb(join(stateFolder, 'dynamodb'));
  const dynamodb = await listen(registry, ports.dynamodb);
  await createRegistryTable(dynamodb, REGISTRY_TABLE);

  let apiUrl: string | undefined;
  // S3 delivers the events of an earlier run as soon as it is open, before the Lambda exists that takes them.
  const lambdaOpen = Promise.withResolvers<LambdaHost>();
  const localS3 = await openLocalS3({
    directory: join(stateFolder, 's3'),
    database: database.sublevel('s3'),
    region: REGION,
    buckets: bucketDefinitions(() => pageOrigins(apiUrl, corsOrigins)),
    deliver: async ({ functionName, event, id }) =>
      (await lambdaOpen.promise).invokeAsync(functionName, event, id),
    onError: report,
  });
  cleanups.push(() => localS3.close());
  // A form can be sent without asking first, so the pages that S3 does not know are refused before it.
  const webPages = (origin: string) => isAllowedOrigin(pageOrigins(apiUrl, corsOrigins), origin);
  const s3 = await listen(localS3.server, ports.s3, { callers: { allowedHosts, webPages } });
  const cloudwatch = urlOf(host, await withAdvice(cloudWatch.listening(), ports.cloudwatch, host));

  const executionsOf = (definition: StateMachineDefinition, sublevel: string) =>
    new LocalExecutions({
      database: database.sublevel(sublevel),
      machine: new LocalStateMachine(filledIn(definition, STEP_FUNCTIONS), async (name, payload) =>
        (await lambdaOpen.promise).invoke(name, payload),
      ),
      now: Date.now,
      onError: report,
    });
  const machines = new Map([
    [BATCH_STATE_MACHINE, executionsOf(BATCH_DEFINITION, 'executions')],
    [SET_STATE_MACHINE, executionsOf(SET_DEFINITION, 'set-executions')],
  ]);
  const stepFunctions = await listen(stepFunctionsServer(machines, report), ports.stepFunctions, {
    host: '127.0.0.1',
  });
  const deadLetterFolder = join(stateFolder, 'dead-letters');
  const lambda = await openLambdaHost({
    database: database.sublevel('lambda'),
    deadLetterDirectory: deadLetterFolder,
    region: REGION,
    accountId: ACCOUNT_ID,
    maxQueueMs: options.maxQueueMs ?? MAX_QUEUE_MS,
    busyWait: { minWorking: availableParallelism(), maxWaitMs: options.maxWaitMs ?? 20 },
    functions: functionDefinitions(
      bundles,
      { s3, dynamodb, cloudwatch, stepFunctions },
      { auth, actor: localActor(), corsOrigins, webhook: options.webhook },
      options.concurrency,
      options.functionSettings,
    ),
    onLogLine: (functionName, line) => cloudWatch.takeLine(functionName, line),
    onMetric: (metrics) => cloudWatch.record(metrics),
    onDeadLetter: (letter) => options.onProblem(`${letter.functionName} failed for good: see ${letter.file}`),
    onError: report,
  });
  cleanups.push(() => lambda.close());
  lambdaOpen.resolve(lambda);
  const lambdaUrl = await listen(lambda.server, ports.lambda, { host: '127.0.0.1' });
  await lambda.start();
  // It closes before the functions end: a step that they break off would count as failed.
  for (const executions of machines.values()) {
    cleanups.push(() => executions.close());
    await executions.resume();
  }

  const api = createHttpApi({
    routes: routes(auth),
    authorizer: authorizer(options.authorizerTtlSeconds),
    invoke: (name, event) => lambda.invoke(name, event),
    region: REGION,
    accountId: ACCOUNT_ID,
    apiId: 'local',
    onError: report,
  });
  // The functions' CORS settings say which pages may use the API.
  const http = await listen(api, ports.http, { callers: { allowedHosts, webPages: 'any' } });
  apiUrl = http;
  const teller = new EventTeller(async () => {
    const { functionError, payload } = await lambda.invoke('events', {});
    return functionError === undefined && (JSON.parse(payload) as { isDone: boolean }).isDone;
  }, report);
  cleanups.push(() => teller.stop());
  watchRegistry(registry, () => teller.changed());
  const schedules = startSchedules(SCHEDULES, (name, event) => lambda.invokeAsync(name, event));
  cleanups.push(async () => schedules.stop());
  return {
    urls: { http, s3, dynamodb, cloudwatch, lambda: lambdaUrl, stepFunctions },
    deadLetterFolder,
    lambda,
    tellEvents: () => teller.start(),
    close,
  };
}

/**
 * Origins of the pages that may send files to the raw bucket: those of the API itself, by both names of this
 * machine, and those that may call the API.
 */
function pageOrigins(apiUrl: string | undefined, corsOrigins: string): AllowedOrigins {
  const given = parseOrigins(corsOrigins) ?? [];
  if (given === '*' || apiUrl === undefined) return given;
  return [apiUrl, apiUrl.replace(/^http:\/\/127\.0\.0\.1(?=:|$)/, 'http://localhost'), ...given];
}

const isAllowedOrigin = (allowed: AllowedOrigins, origin: string) =>
  allowed === '*' || allowed.includes(origin);

/** The user of this machine. In a container the user may have no name. */
function localActor(): string {
  try {
    return userInfo().username;
  } catch {
    return 'local';
  }
}

/** A copy of the bundles, so that a build cannot change them while the system runs. */
async function copyBundles(from: string, to: string): Promise<{ name: string; file: string }[]> {
  await rm(to, { recursive: true, force: true });
  await cp(from, to, { recursive: true });
  await makeStateFolders(dirname(to));
  return (await readdir(to)).sort().map((name) => ({ name, file: join(to, name, 'handler.mjs') }));
}

/**
 * Checks that no running process uses a state folder, before the folder is deleted.
 *
 * @throws StartError when another process uses the state
 */
export async function checkStateIsFree(stateFolder: string): Promise<void> {
  try {
    const database = await openState(join(stateFolder, 'state'));
    await database.close();
  } catch (error) {
    // Damaged state does not open. The user may delete it.
    if (error instanceof StartError) throw error;
  }
}

async function openState(folder: string): Promise<Level<string, string>> {
  const database = new Level<string, string>(folder, { multithreading: true });
  try {
    await database.open();
    return database;
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    if (cause?.code === 'LEVEL_LOCKED') {
      throw new StartError(
        `${folder} is in use by another process: is \`npm start\` running already? Stop it first.`,
      );
    }
    throw error;
  }
}

/** dynalite opens its database itself, and neither says why it could not, nor what was passed over. */
async function checkRegistry(folder: string, onProblem: (message: string) => void): Promise<void> {
  await (await openState(folder)).close();
  const dropped = await droppedRecords(folder, 'The registry');
  if (dropped !== undefined) onProblem(dropped);
  const damaged = await damagedTables(folder);
  if (damaged.length > 0) throw new StartError(damagedState(`checksums of ${damaged.join(', ')}`, folder));
}

/** @throws StartError in place of an error for which there is advice */
async function withAdvice(listening: Promise<number>, choice: PortChoice, host: string): Promise<number> {
  try {
    return await listening;
  } catch (error) {
    const advice = listenAdvice((error as NodeJS.ErrnoException).code, choice, host);
    throw advice === undefined ? error : new StartError(advice);
  }
}

/** What the user can do when the server cannot listen; undefined when port and address are not the cause. */
function listenAdvice(
  code: string | undefined,
  { port, name, flag }: PortChoice,
  host: string,
): string | undefined {
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} (${name}) is in use: stop what holds it, or pass ${flag} <another port>.`;
    case 'EACCES':
      return `Port ${port} (${name}) is not open to this user: pass ${flag} <a port above 1023>.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `--host: expected an address of this machine, got "${host}"; pass 127.0.0.1, or 0.0.0.0 for all of them.`;
    default:
      return undefined;
  }
}

/** Functions and people use the loopback address of a server that listens on all addresses. */
const shownHost = (host: string) =>
  host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;

const urlOf = (host: string, port: number) => `http://${shownHost(host)}:${port}`;

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}
