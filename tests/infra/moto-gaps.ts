import type { StandIn } from './recorder.ts';

/** What moto 5.2.1 does not do, so that nobody takes it for tested. */
export const MOTO_GAPS = [
  'budgets: DescribeSubscribersForNotification and ListTagsForResource are unknown; the test answers them from what was created',
  'functions are stored and not run: their bundles run in processes of their own, on the environment that moto holds',
  'S3 notifications, the HTTP API, its authorizer and its throttle are stored and not acted on: the test builds the events',
  'nothing is refused for lack of a permission: the recorded calls are held against the policies by the test',
];

interface Target {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** Answers what moto lacks and Terraform asks for, from what was created before. */
export function motoStandIn(): StandIn {
  const subscribers = new Map<string, unknown>();
  let tags: unknown = [];
  return ({ headers, body }) => {
    const [service, name = ''] = String(headers['x-amz-target'] ?? '').split('.');
    if (service !== 'AWSBudgetServiceGateway') return undefined;
    const { input }: Target = { name, input: JSON.parse(body.toString()) };
    const notification = JSON.stringify(input.Notification);
    if (name === 'CreateBudget') tags = input.ResourceTags;
    if (name === 'CreateNotification') subscribers.set(notification, input.Subscribers);
    if (name === 'DescribeSubscribersForNotification')
      return { Subscribers: subscribers.get(notification) ?? [] };
    if (name === 'ListTagsForResource') return { ResourceTags: tags };
    return undefined;
  };
}
