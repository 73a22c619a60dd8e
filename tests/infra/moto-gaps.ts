import { type BatchJobs, batchStandIn } from './batch-jobs.ts';
import { FunctionFailedError } from './deployed-function.ts';
import { mappingStandIn } from './event-source-mappings.ts';
import { operationOf } from './iam-calls.ts';
import { type Alteration, type Answer, forward, type StandIn, withBody } from './recorder.ts';

/** What moto 5.2.1 does not do, so that nobody believes it was tested. */
export const MOTO_GAPS = [
  'budgets: DescribeSubscribersForNotification and ListTagsForResource are unknown; the test answers them from what was created',
  'bucket policies are kept by the test: moto refuses every call where a Deny stands, whatever its condition',
  'functions are stored and not run: their bundles run in processes of their own, on the environment that moto holds',
  'the HTTP API, its authorizer and its throttle are stored and not acted on: the test builds the events',
  'what buckets send into queues is not handed on, and how many calls run at once is not bounded: the test builds the events',
  'alarms are stored and not evaluated: the test adds up what an alarm looks at',
  'no write with a condition meets another one in progress, and no call fails: the test answers the first write of ingest with a 409, and with a 500 what the jobs of one model read and what is kept of one part of a set',
  "signed addresses and forms are taken without a look at their signature, size or expiry: tests/contract/s3-presigned.ts holds the laptop's S3 to them",
  'state machines are interpreted, by an interpreter of which tests/infra/interpreting_moto.py mends three faults: a distributed map in its execution, and a failed child of it is passed over',
  'a compute environment of AWS Batch is not made without a service role, where AWS takes its own: the test names that one',
  'jobs of AWS Batch are stored and succeed at once: the command of the container runs in a process, and the test tells how it ended; nothing pulls an image or has a network, memory or time of its own',
  'the end of a job is asked for: no rule tells Step Functions of it, and no execution is stopped or out of time, so that no job is ended',
  'definitions of state machines are not validated: ValidateStateMachineDefinition and ListStateMachineVersions are unknown, and asl-validator looks at them in the lint step',
  'a bucket whose versioning is suspended cannot be emptied where an object is deleted: the test takes delete markers away before Terraform destroys',
  'nothing is refused for lack of a permission: the recorded calls are held against the policies by the test',
];

export interface StandInOptions {
  /** Where moto itself answers. */
  readonly moto: string;
  /** The laptop's CloudWatch: moto takes minutes for what /metrics asks at once. */
  readonly cloudWatch: string;
  readonly steps: StepRunner;
  readonly jobs: BatchJobs;
}

/** Answers calls that moto lacks or gets wrong, from what was created before. */
export function motoStandIn({ moto, cloudWatch, steps, jobs }: StandInOptions): StandIn {
  const budgets = budgetStandIn();
  const policies = bucketPolicyStandIn();
  const mappings = mappingStandIn();
  const conflicts = conflictStandIn();
  const batch = batchStandIn(moto, jobs);
  return (call) =>
    metricData(call, cloudWatch) ??
    budgets(call) ??
    policies(call) ??
    mappings(call) ??
    conflicts(call) ??
    failingStandIn(call) ??
    stateMachineStandIn(call) ??
    batch(call) ??
    runStep(call, steps) ??
    acceptInvocation(call);
}

/** moto gives a queue's redrive policy with blanks that nobody sent. Terraform would take them out again. */
export const motoAlteration: Alteration = (call, answer) => {
  if (call.service !== 'sqs' || !answer.body.includes('"RedrivePolicy"')) return answer;
  const told = JSON.parse(answer.body.toString()) as { Attributes: Record<string, string> };
  const { RedrivePolicy, ...others } = told.Attributes;
  const compact = JSON.stringify(JSON.parse(RedrivePolicy ?? '{}'));
  return withBody(answer, { ...told, Attributes: { ...others, RedrivePolicy: compact } });
};

type SimpleStandIn = (call: Parameters<StandIn>[0]) => Answer | undefined;

/** The interpreter signs with the name of the state machine's role: see interpreting_moto.py. */
const IS_STATE_MACHINE = /-state-machine$/;

/** Runs a function for a step of a state machine: set once the functions are deployed. */
export interface StepRunner {
  run: ((functionArn: string, event: unknown) => Promise<unknown>) | undefined;
}

/** What Terraform asks of a state machine and moto does not know. */
const STATE_MACHINE_ANSWERS: Readonly<Record<string, unknown>> = {
  'AWSStepFunctions.ValidateStateMachineDefinition': { result: 'OK', diagnostics: [], truncated: false },
  'AWSStepFunctions.ListStateMachineVersions': { stateMachineVersions: [] },
};

const stateMachineStandIn: SimpleStandIn = ({ headers }) => {
  const answer = STATE_MACHINE_ANSWERS[String(headers['x-amz-target'])];
  return answer === undefined ? undefined : jsonAnswer(answer);
};

const INVOCATION = /\/functions\/([^/]+)\/invocations$/;

/** moto would run the function in Docker. */
function runStep(
  { actor, service, url, body }: Parameters<StandIn>[0],
  { run }: StepRunner,
): Promise<Answer> | undefined {
  const arn = INVOCATION.exec(url.pathname)?.[1];
  if (service !== 'lambda' || !IS_STATE_MACHINE.test(actor) || arn === undefined || !run) return undefined;
  return run(decodeURIComponent(arn), JSON.parse(body.toString())).then(
    (result) => ({ ...jsonAnswer(result), headers: { 'content-type': 'application/json' } }),
    (error: Error) => ({
      ...jsonAnswer({
        errorType: error instanceof FunctionFailedError ? error.errorType : error.name,
        errorMessage: error.message,
      }),
      headers: { 'content-type': 'application/json', 'x-amz-function-error': 'Unhandled' },
    }),
  );
}

/** The same of an event: the test itself forwards it, see `invocationsOf`. */
const acceptInvocation: StandIn = ({ service, url }) =>
  service === 'lambda' && INVOCATION.test(url.pathname)
    ? { status: 202, headers: {}, body: Buffer.alloc(0) }
    : undefined;

/** What functions read of their metrics. A person reads what moto has of alarms. */
function metricData(call: Parameters<StandIn>[0], cloudWatch: string): Promise<Answer> | undefined {
  const isRead = call.service === 'monitoring' && operationOf(call) === 'GetMetricData';
  return isRead && call.actor !== 'person' ? forward(call, cloudWatch) : undefined;
}

/** S3 answers so while another write of the key is in progress: here the first one of ingest. */
function conflictStandIn(): StandIn {
  let isFirst = true;
  return ({ service, actor, method, headers }) => {
    if (!isFirst || service !== 's3' || actor !== 'ingest' || method !== 'PUT') return undefined;
    if (headers['if-none-match'] === undefined) return undefined;
    isFirst = false;
    const fault =
      '<Error><Code>ConditionalRequestConflict</Code><Message>A conflicting operation is in progress.</Message></Error>';
    return { status: 409, headers: { 'content-type': 'application/xml' }, body: Buffer.from(fault) };
  };
}

/** The model whose trainings on Fargate all fail. */
export const FAILING_MODEL = 'unlucky';

/** The model of whose set one part cannot be read. */
export const BROKEN_SET = 'broken';

/** Calls that S3 answers as if it were out of order: what a job reads, and a worker's note of a part. */
const FAILING_CALLS: readonly (readonly [actor: RegExp, method: string, path: RegExp])[] = [
  [/-train-job$/, 'GET', new RegExp(`/${FAILING_MODEL}/.*/data\\.parquet$`)],
  [/^ingest$/, 'PUT', new RegExp(`/${BROKEN_SET}/sets/[^/]+/parts/00001\\.json$`)],
];

const failingStandIn: SimpleStandIn = (call) => {
  const isFailing = FAILING_CALLS.some(
    ([actor, method, path]) =>
      actor.test(call.actor) && call.method === method && path.test(call.url.pathname),
  );
  if (call.service !== 's3' || !isFailing) return undefined;
  const fault =
    '<Error><Code>InternalError</Code><Message>We encountered an internal error.</Message></Error>';
  return { status: 500, headers: { 'content-type': 'application/xml' }, body: Buffer.from(fault) };
};

function budgetStandIn(): SimpleStandIn {
  const subscribers = new Map<string, unknown>();
  const tags = new Map<string, unknown>();
  return ({ headers, body }) => {
    const [service, operation] = String(headers['x-amz-target'] ?? '').split('.');
    if (service !== 'AWSBudgetServiceGateway') return undefined;
    const input = JSON.parse(body.toString()) as Readonly<Record<string, unknown>>;
    const name = (input.Budget as { BudgetName: string } | undefined)?.BudgetName ?? input.BudgetName;
    const notification = `${name} ${JSON.stringify(input.Notification)}`;
    if (operation === 'CreateBudget') tags.set(String(name), input.ResourceTags);
    if (operation === 'CreateNotification') subscribers.set(notification, input.Subscribers);
    if (operation === 'DescribeSubscribersForNotification')
      return jsonAnswer({ Subscribers: subscribers.get(notification) ?? [] });
    const budget = String(input.ResourceARN).split(':budget/').at(-1)!;
    return operation === 'ListTagsForResource'
      ? jsonAnswer({ ResourceTags: tags.get(budget) ?? [] })
      : undefined;
  };
}

/**
 * moto ignores the condition of a Deny. It would refuse every call to a bucket that refuses calls without
 * TLS.
 */
function bucketPolicyStandIn(): SimpleStandIn {
  const policies = new Map<string, Buffer>();
  return ({ service, method, url, body }) => {
    if (service !== 's3' || !url.searchParams.has('policy')) return undefined;
    const bucket = url.pathname;
    if (method === 'PUT') policies.set(bucket, body);
    if (method === 'DELETE') policies.delete(bucket);
    if (method !== 'GET') return { status: 204, headers: {}, body: Buffer.alloc(0) };
    const policy = policies.get(bucket);
    if (policy) return { status: 200, headers: { 'content-type': 'application/json' }, body: policy };
    const fault = '<Error><Code>NoSuchBucketPolicy</Code><Message>none</Message></Error>';
    return { status: 404, headers: { 'content-type': 'application/xml' }, body: Buffer.from(fault) };
  };
}

function jsonAnswer(value: unknown): Answer {
  const headers = { 'content-type': 'application/x-amz-json-1.1' };
  return { status: 200, headers, body: Buffer.from(JSON.stringify(value)) };
}
