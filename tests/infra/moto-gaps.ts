import type { Answer, StandIn } from './recorder.ts';

/** What moto 5.2.1 does not do, so that nobody believes it was tested. */
export const MOTO_GAPS = [
  'budgets: DescribeSubscribersForNotification and ListTagsForResource are unknown; the test answers them from what was created',
  'bucket policies are kept by the test: moto refuses every call where a Deny stands, whatever its condition',
  'functions are stored and not run: their bundles run in processes of their own, on the environment that moto holds',
  'S3 notifications, the HTTP API, its authorizer and its throttle are stored and not acted on: the test builds the events',
  "signed addresses and forms are taken without a look at their signature, size or expiry: tests/contract/s3-presigned.ts holds the laptop's S3 to them",
  'state machines are interpreted, a distributed map in its execution; a failed child of a map is passed over, and a second execution needs an empty moto: one execution runs',
  'definitions of state machines are not validated: ValidateStateMachineDefinition and ListStateMachineVersions are unknown, and asl-validator looks at them in the lint step',
  'nothing is refused for lack of a permission: the recorded calls are held against the policies by the test',
];

type SimpleStandIn = (call: Parameters<StandIn>[0]) => Answer | undefined;

/** Answers calls of Terraform that moto lacks or gets wrong, from what was created before. */
export function motoStandIn(steps: StepRunner): StandIn {
  const budgets = budgetStandIn();
  const policies = bucketPolicyStandIn();
  return (call) =>
    budgets(call) ??
    policies(call) ??
    stateMachineStandIn(call) ??
    runStep(call, steps) ??
    acceptInvocation(call);
}

/** The access key id with which moto's interpreter signs its calls. */
export const INTERPRETER = 'ak';

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
  if (service !== 'lambda' || actor !== INTERPRETER || arn === undefined || !run) return undefined;
  return run(decodeURIComponent(arn), JSON.parse(body.toString())).then(
    (result) => ({ ...jsonAnswer(result), headers: { 'content-type': 'application/json' } }),
    (error: Error) => ({
      ...jsonAnswer({ errorType: error.name, errorMessage: error.message }),
      headers: { 'content-type': 'application/json', 'x-amz-function-error': 'Unhandled' },
    }),
  );
}

/** The same of an event: the test itself forwards it, see `invocationsOf`. */
const acceptInvocation: StandIn = ({ service, url }) =>
  service === 'lambda' && INVOCATION.test(url.pathname)
    ? { status: 202, headers: {}, body: Buffer.alloc(0) }
    : undefined;

function budgetStandIn(): SimpleStandIn {
  const subscribers = new Map<string, unknown>();
  let tags: unknown = [];
  return ({ headers, body }) => {
    const [service, operation] = String(headers['x-amz-target'] ?? '').split('.');
    if (service !== 'AWSBudgetServiceGateway') return undefined;
    const input = JSON.parse(body.toString()) as Readonly<Record<string, unknown>>;
    const notification = JSON.stringify(input.Notification);
    if (operation === 'CreateBudget') tags = input.ResourceTags;
    if (operation === 'CreateNotification') subscribers.set(notification, input.Subscribers);
    if (operation === 'DescribeSubscribersForNotification')
      return jsonAnswer({ Subscribers: subscribers.get(notification) ?? [] });
    return operation === 'ListTagsForResource' ? jsonAnswer({ ResourceTags: tags }) : undefined;
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
