import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import {
  GetAliasCommand,
  InvokeCommand,
  LambdaClient,
  PreconditionFailedException,
  UpdateAliasCommand,
  type UpdateAliasRequest,
} from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import type { Deployment } from '../../lib/deploy/deployment.ts';
import type { RolloutPlan, RolloutWorld } from '../../lib/deploy/rollout.ts';

interface Alias {
  version: string;
  weights: Record<string, number>;
  description: string;
  revision: number;
}

/** The fate of one UpdateAlias. The tests show each. */
export type UpdateFate = 'pass' | 'unsent' | 'reply_lost' | 'retried_after_lost_reply' | 'overtaken';

/** Lambda's aliases with compare-and-set, and CloudWatch's alarms, in memory. Sleeping moves the clock. */
export class AliasWorld implements RolloutWorld {
  readonly lambda = new LambdaClient({});
  readonly cloudwatch = new CloudWatchClient({});
  readonly lines: string[] = [];
  /** The events in order: moves, `prepare`, `smoke`, `alarms`. */
  readonly events: string[] = [];
  readonly ringing = new Set<string>();
  readonly alarms = new Set(['errors', 'latency']);
  readonly aliases = new Map<string, Alias>();
  fateOf: (functionName: string, update: number) => UpdateFate = () => 'pass';
  invocation: (functionName: string, version: string | undefined) => { error?: string; payload: unknown } =
    () => ({ payload: { statusCode: 200 } });
  onEvent: (event: string, nth: number) => void = () => undefined;
  #nowMs = 0;
  #updates = 0;
  #died = false;

  constructor(versions: Readonly<Record<string, string>>) {
    for (const [name, version] of Object.entries(versions))
      this.aliases.set(name, { version, weights: {}, description: 'set up', revision: 1 });
    const lambda = mockClient(this.lambda);
    lambda
      .on(GetAliasCommand)
      .callsFake(({ FunctionName }) => this.#unlessDead(() => this.#get(FunctionName)));
    lambda
      .on(UpdateAliasCommand)
      .callsFake((input: UpdateAliasRequest) => this.#unlessDead(() => this.#update(input)));
    lambda.on(InvokeCommand).callsFake(({ FunctionName, Qualifier }) => {
      const { error, payload } = this.invocation(FunctionName, Qualifier);
      return {
        Payload: Buffer.from(JSON.stringify(payload)),
        ...(error === undefined ? {} : { FunctionError: error }),
      };
    });
    mockClient(this.cloudwatch)
      .on(DescribeAlarmsCommand)
      .callsFake(({ AlarmNames }: { AlarmNames: string[] }) => {
        this.#record('alarms');
        const found = AlarmNames.filter((name) => this.alarms.has(name));
        return {
          MetricAlarms: found.map((AlarmName) => ({
            AlarmName,
            StateValue: this.ringing.has(AlarmName) ? 'ALARM' : 'INSUFFICIENT_DATA',
            StateReason: 'because',
          })),
        };
      });
  }

  prepare = () => this.#unlessDead(() => this.#record('prepare'));
  smoke = () => this.#unlessDead(() => this.#record('smoke'));
  now = () => this.#nowMs;
  sleep = async (ms: number) => {
    this.#nowMs += ms;
    this.#record('sleep');
  };
  say = (line: string) => {
    this.lines.push(line);
  };

  /** The runner dies after this event: its calls never return. */
  diesAt(event: string): Promise<void> {
    return new Promise((resolve) => {
      this.onEvent = (recorded) => {
        if (recorded !== event) return;
        this.#died = true;
        resolve();
      };
    });
  }

  /** The traffic of each alias: `3`, or `3+4@0.1`. */
  traffic(): Record<string, string> {
    return Object.fromEntries(
      [...this.aliases].map(([name, { version, weights }]) => [
        name,
        [version, ...Object.entries(weights).map(([second, share]) => `${second}@${share}`)].join('+'),
      ]),
    );
  }

  /** The moves of aliases only, in order. */
  moves(): string[] {
    return this.events.filter((event) => event.includes('->'));
  }

  async #unlessDead<T>(call: () => T): Promise<T> {
    if (this.#died) return new Promise<never>(() => undefined);
    const answer = call();
    return this.#died ? new Promise<never>(() => undefined) : answer;
  }

  #get(name: string) {
    const alias = this.aliases.get(name)!;
    return {
      FunctionVersion: alias.version,
      RoutingConfig: { AdditionalVersionWeights: { ...alias.weights } },
      Description: alias.description,
      RevisionId: String(alias.revision),
    };
  }

  #update(input: UpdateAliasRequest) {
    const name = input.FunctionName!;
    const fate = this.fateOf(name, ++this.#updates);
    if (fate === 'unsent') throw new Error('socket hang up');
    if (fate === 'overtaken') this.#apply(name, { version: '99', weights: {}, description: 'by hand' });
    if (input.RevisionId !== String(this.aliases.get(name)!.revision)) throw preconditionFailed();
    this.#apply(name, {
      version: input.FunctionVersion!,
      weights: { ...input.RoutingConfig!.AdditionalVersionWeights },
      description: input.Description!,
    });
    if (fate === 'reply_lost') throw new Error('socket hang up');
    // The SDK retries by itself, with the revision that its first attempt has changed.
    if (fate === 'retried_after_lost_reply') throw preconditionFailed();
    return this.#get(name);
  }

  #apply(name: string, alias: Omit<Alias, 'revision'>): void {
    this.aliases.set(name, { ...alias, revision: this.aliases.get(name)!.revision + 1 });
    this.#record(`${name} -> ${this.traffic()[name]}`);
  }

  #record(event: string): void {
    this.events.push(event);
    this.onEvent(event, this.events.filter((other) => other === event).length);
  }
}

const preconditionFailed = () =>
  new PreconditionFailedException({ message: 'The RevisionId provided does not match', $metadata: {} });

/** A system of three functions, two of them behind the API, all with version 2 published. */
export const DEPLOYMENT: Deployment = {
  apiUrl: 'https://api.test',
  rawBucket: 'raw',
  registryTable: 'registry',
  alias: 'live',
  alarms: ['errors', 'latency'],
  functions: [
    { key: 'models', functionName: 'models', version: '2', trigger: 'http' },
    { key: 'predict', functionName: 'predict', version: '2', trigger: 'http' },
    { key: 'train', functionName: 'train', version: '2', trigger: 'event' },
  ],
};

export const PLAN: RolloutPlan = {
  deployment: DEPLOYMENT,
  release: 'abc1234',
  canaryShare: 0.1,
  canaryMs: 60_000,
  alarmIntervalMs: 15_000,
};
