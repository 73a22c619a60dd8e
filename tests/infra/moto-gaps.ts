import type { Answer, StandIn } from './recorder.ts';

/** What moto 5.2.1 does not do, so that nobody believes it was tested. */
export const MOTO_GAPS = [
  'budgets: DescribeSubscribersForNotification and ListTagsForResource are unknown; the test answers them from what was created',
  'bucket policies are kept by the test: moto refuses every call where a Deny stands, whatever its condition',
  'functions are stored and not run: their bundles run in processes of their own, on the environment that moto holds',
  'S3 notifications, the HTTP API, its authorizer and its throttle are stored and not acted on: the test builds the events',
  "signed addresses and forms are taken without a look at their signature, size or expiry: tests/contract/s3-presigned.ts holds the laptop's S3 to them",
  'nothing is refused for lack of a permission: the recorded calls are held against the policies by the test',
];

/** Answers calls of Terraform that moto lacks or gets wrong, from what was created before. */
export function motoStandIn(): StandIn {
  const budgets = budgetStandIn();
  const policies = bucketPolicyStandIn();
  return (call) => budgets(call) ?? policies(call) ?? acceptInvocation(call);
}

/** moto would run the function in Docker. The test itself forwards the event: see `invocationsOf`. */
const acceptInvocation: StandIn = ({ service, url }) =>
  service === 'lambda' && url.pathname.endsWith('/invocations')
    ? { status: 202, headers: {}, body: Buffer.alloc(0) }
    : undefined;

function budgetStandIn(): StandIn {
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
function bucketPolicyStandIn(): StandIn {
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
