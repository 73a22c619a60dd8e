import type { PolicyRequest } from './iam-policy.ts';
import type { RecordedCall } from './recorder.ts';
import { s3Requests } from './s3-calls.ts';

/** The account and region of moto, and facts from earlier calls. */
export interface CallScope {
  readonly region: string;
  readonly accountId: string;
  /** The path and permissions boundary of roles when they were created: later calls contain only the name. */
  readonly roles: Map<string, { readonly path: string; readonly boundary: string | undefined }>;
  /** The tag Application of APIs and stages, by their path, such as `/apis/a1b2`. */
  readonly applications: ReadonlyMap<string, string>;
  /** The function that an event source mapping calls, by the mapping's id. */
  readonly mappings: ReadonlyMap<string, string>;
}

type Input = Readonly<Record<string, unknown>>;

/**
 * The permissions that IAM requires for one recorded call: usually one action, more when a creation also tags
 * or passes a role. Source: the Service Authorization Reference. Empty for calls that need no permission.
 *
 * @throws Error for an unknown call: it would go unchecked
 */
export function policyRequests(call: RecordedCall, scope: CallScope): PolicyRequest[] {
  const known = SERVICES[call.service]?.(call, scope);
  if (known) return known;
  throw new Error(
    `${call.service} ${call.method} ${call.url.pathname}${call.url.search} ${operationOf(call)}: tests/infra/iam-calls.ts does not know it; add it there`,
  );
}

const SERVICES: Readonly<
  Record<string, (call: RecordedCall, scope: CallScope) => PolicyRequest[] | undefined>
> = {
  s3: s3Requests,
  // GetCallerIdentity needs no permission.
  sts: () => [],
  kms: (call, { region, accountId }) => {
    const alias = String(inputOf(call).KeyId);
    return [
      {
        action: 'kms:DescribeKey',
        resource: arn('kms', region, accountId, 'key/any'),
        context: { 'kms:RequestAlias': [alias] },
      },
    ];
  },
  dynamodb: dynamodbRequests,
  lambda: lambdaRequests,
  iam: iamRequests,
  apigateway: apiGatewayRequests,
  scheduler: (call, scope) => {
    const name = call.url.pathname.split('/').at(-1);
    const verb = { GET: 'Get', POST: 'Create', PUT: 'Update', DELETE: 'Delete' }[call.method];
    const resource = arn('scheduler', scope.region, scope.accountId, `schedule/default/${name}`);
    const target = (call.body.length > 0 ? inputOf(call).Target : undefined) as
      | { RoleArn: string }
      | undefined;
    return [
      request(`scheduler:${verb}Schedule`, resource),
      ...(target ? [passRole(target.RoleArn, 'scheduler.amazonaws.com')] : []),
    ];
  },
  logs: (call, { region, accountId }) => {
    const input = inputOf(call);
    const operation = operationOf(call);
    if (operation === 'DescribeLogGroups') return [request('logs:DescribeLogGroups', '*')];
    const group = String(input.logGroupName ?? input.resourceArn)
      .split(':log-group:')
      .at(-1)!;
    const stream = input.logStreamName === undefined ? '' : `:log-stream:${input.logStreamName}`;
    const resource = arn('logs', region, accountId, `log-group:${group}${stream}`);
    return tagged('logs', operation, resource, input.tags);
  },
  sqs: (call, { region, accountId }) => {
    const input = inputOf(call);
    const name = String(input.QueueName ?? input.QueueUrl)
      .split('/')
      .at(-1)!;
    return tagged('sqs', operationOf(call), arn('sqs', region, accountId, name), input.tags, 'TagQueue');
  },
  sns: (call, { region, accountId }) => {
    const input = inputOf(call);
    const resource = String(
      input.TopicArn ?? input.ResourceArn ?? arn('sns', region, accountId, String(input.Name)),
    );
    return tagged('sns', operationOf(call), resource, input['Tags.member.1.Key']);
  },
  states: statesRequests,
  batch: batchRequests,
  // Networks are looked at only, and what is looked at cannot be named.
  ec2: (call) =>
    operationOf(call).startsWith('Describe') ? [request(`ec2:${operationOf(call)}`, '*')] : undefined,
  ecr: (call, { region, accountId }) => {
    const input = inputOf(call);
    const operation = operationOf(call);
    if (operation === 'GetAuthorizationToken') return [request(`ecr:${operation}`, '*')];
    const [listed] = (input.repositoryNames ?? []) as readonly string[];
    const named = arn('ecr', region, accountId, `repository/${input.repositoryName ?? listed ?? '*'}`);
    return tagged('ecr', operation, String(input.resourceArn ?? named), input.tags);
  },
  monitoring: monitoringRequests,
  events: eventsRequests,
  budgets: (call, { accountId }) => {
    const input = inputOf(call);
    const operation = operationOf(call);
    const name = (input.Budget as { BudgetName: string } | undefined)?.BudgetName ?? input.BudgetName;
    const resource = String(input.ResourceARN ?? arn('budgets', '', accountId, `budget/${name}`));
    if (operation === 'ListTagsForResource') return [request('budgets:ListTagsForResource', resource)];
    // One action covers all changes of a budget, and one all reads.
    return tagged(
      'budgets',
      operation.startsWith('Describe') ? 'ViewBudget' : 'ModifyBudget',
      resource,
      input.ResourceTags,
    );
  },
};

function dynamodbRequests(call: RecordedCall, { region, accountId }: CallScope): PolicyRequest[] {
  const input = inputOf(call);
  const operation = operationOf(call);
  const name = String(input.TableName ?? String(input.ResourceArn).split('table/').at(-1));
  const index = input.IndexName === undefined ? '' : `/index/${input.IndexName}`;
  const leading = leadingKey(input);
  return tagged(
    'dynamodb',
    operation,
    arn('dynamodb', region, accountId, `table/${name}${index}`),
    input.Tags,
  ).map((each) =>
    leading === undefined ? each : { ...each, context: { 'dynamodb:LeadingKeys': [leading] } },
  );
}

function statesRequests(call: RecordedCall, { region, accountId }: CallScope): PolicyRequest[] {
  const input = inputOf(call);
  const operation = operationOf(call);
  if (operation === 'ValidateStateMachineDefinition') return [request(`states:${operation}`, '*')];
  const named = arn('states', region, accountId, `stateMachine:${input.name}`);
  const resource = String(input.executionArn ?? input.stateMachineArn ?? input.resourceArn ?? named);
  const passed = input.roleArn === undefined ? [] : [passRole(String(input.roleArn), 'states.amazonaws.com')];
  return [...tagged('states', operation, resource, input.tags), ...passed];
}

/** The operations of AWS Batch by their path, with what each names and where. */
const BATCH_OPERATIONS: Readonly<
  Record<string, readonly [action: string, kind?: string, ...names: string[]]>
> = {
  createcomputeenvironment: ['CreateComputeEnvironment', 'compute-environment', 'computeEnvironmentName'],
  createjobqueue: ['CreateJobQueue', 'job-queue', 'jobQueueName'],
  deletecomputeenvironment: ['DeleteComputeEnvironment', 'compute-environment', 'computeEnvironment'],
  deletejobqueue: ['DeleteJobQueue', 'job-queue', 'jobQueue'],
  deregisterjobdefinition: ['DeregisterJobDefinition', 'job-definition', 'jobDefinition'],
  describecomputeenvironments: ['DescribeComputeEnvironments'],
  describejobdefinitions: ['DescribeJobDefinitions'],
  describejobqueues: ['DescribeJobQueues'],
  describejobs: ['DescribeJobs'],
  registerjobdefinition: ['RegisterJobDefinition', 'job-definition', 'jobDefinitionName'],
  submitjob: ['SubmitJob', 'job-definition', 'jobDefinition', 'jobQueue'],
  updatecomputeenvironment: ['UpdateComputeEnvironment', 'compute-environment', 'computeEnvironment'],
  updatejobqueue: ['UpdateJobQueue', 'job-queue', 'jobQueue'],
};

function batchRequests(call: RecordedCall, { region, accountId }: CallScope): PolicyRequest[] | undefined {
  const tagsOf = /^\/v1\/tags\/(arn[^/]+.*)$/.exec(decodeURIComponent(call.url.pathname))?.[1];
  if (tagsOf !== undefined) {
    const verb = { GET: 'ListTagsForResource', POST: 'TagResource', DELETE: 'UntagResource' }[call.method];
    return [request(`batch:${verb}`, tagsOf)];
  }
  const [action, kind, ...names] = BATCH_OPERATIONS[call.url.pathname.split('/').at(-1) ?? ''] ?? [];
  if (action === undefined) return undefined;
  if (kind === undefined) return [request(`batch:${action}`, '*')];
  const input = JSON.parse(call.body.toString()) as Input;
  const resources = names
    .map((name) => String(input[name]))
    .map((name) => (name.startsWith('arn:') ? name : arn('batch', region, accountId, `${kind}/${name}`)));
  return [
    ...resources.flatMap((resource) => tagged('batch', action, resource, input.tags)),
    ...rolesOfBatch(action, input, accountId),
  ];
}

/**
 * The roles that a call gives to AWS Batch. A compute environment without one has that of the service itself.
 */
function rolesOfBatch(
  action: string,
  { containerProperties, serviceRole }: Input,
  accountId: string,
): PolicyRequest[] {
  const { jobRoleArn, executionRoleArn } = (containerProperties ?? {}) as Record<string, string | undefined>;
  const passed = [jobRoleArn, executionRoleArn].flatMap((role) =>
    role === undefined ? [] : [passRole(role, 'ecs-tasks.amazonaws.com')],
  );
  if (action !== 'CreateComputeEnvironment') return passed;
  if (serviceRole) return [passRole(String(serviceRole), 'batch.amazonaws.com')];
  const own = 'role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch';
  return [
    {
      action: 'iam:CreateServiceLinkedRole',
      resource: arn('iam', '', accountId, own),
      context: { 'iam:AWSServiceName': ['batch.amazonaws.com'] },
    },
  ];
}

type Attribute = { readonly S?: string } | undefined;

/**
 * The partition of an item call or a query. In this project, a query's first condition is on the partition.
 */
function leadingKey(input: Input): string | undefined {
  const keys = (input.Key ?? input.Item) as Record<string, Attribute> | undefined;
  const values = input.ExpressionAttributeValues as Record<string, Attribute> | undefined;
  if (input.KeyConditionExpression === undefined) return keys?.pk?.S;
  const placeholder = /= (:\w+)/.exec(String(input.KeyConditionExpression))?.[1];
  return values?.[placeholder ?? '']?.S;
}

const LAMBDA_OPERATIONS: readonly (readonly [pattern: RegExp, method: string, action: string])[] = [
  [/\/functions$/, 'POST', 'CreateFunction'],
  [/\/functions\/([^/]+)$/, 'GET', 'GetFunction'],
  [/\/functions\/([^/]+)$/, 'DELETE', 'DeleteFunction'],
  [/\/functions\/([^/]+)\/code$/, 'PUT', 'UpdateFunctionCode'],
  [/\/functions\/([^/]+)\/configuration$/, 'GET', 'GetFunctionConfiguration'],
  [/\/functions\/([^/]+)\/configuration$/, 'PUT', 'UpdateFunctionConfiguration'],
  [/\/functions\/([^/]+)\/versions$/, 'GET', 'ListVersionsByFunction'],
  [/\/functions\/([^/]+)\/versions$/, 'POST', 'PublishVersion'],
  [/\/functions\/([^/]+)\/concurrency$/, 'PUT', 'PutFunctionConcurrency'],
  [/\/functions\/([^/]+)\/code-signing-config$/, 'GET', 'GetFunctionCodeSigningConfig'],
  [/\/functions\/([^/]+)\/aliases$/, 'POST', 'CreateAlias'],
  [/\/functions\/([^/]+)\/aliases\/[^/]+$/, 'GET', 'GetAlias'],
  [/\/functions\/([^/]+)\/aliases\/[^/]+$/, 'PUT', 'UpdateAlias'],
  [/\/functions\/([^/]+)\/aliases\/[^/]+$/, 'DELETE', 'DeleteAlias'],
  [/\/functions\/([^/]+)\/policy$/, 'GET', 'GetPolicy'],
  [/\/functions\/([^/]+)\/policy$/, 'POST', 'AddPermission'],
  [/\/functions\/([^/]+)\/policy\/[^/]+$/, 'DELETE', 'RemovePermission'],
  [/\/functions\/([^/]+)\/event-invoke-config$/, 'GET', 'GetFunctionEventInvokeConfig'],
  [/\/functions\/([^/]+)\/event-invoke-config$/, 'PUT', 'PutFunctionEventInvokeConfig'],
  [/\/functions\/([^/]+)\/event-invoke-config$/, 'DELETE', 'DeleteFunctionEventInvokeConfig'],
  [/\/functions\/([^/]+)\/invocations$/, 'POST', 'InvokeFunction'],
  [/\/tags\/(arn:[^/]+)$/, 'GET', 'ListTags'],
];

const MAPPING_VERBS: Readonly<Record<string, string>> = {
  GET: 'Get',
  POST: 'Create',
  PUT: 'Update',
  DELETE: 'Delete',
};

/** Mappings have ids that nobody chooses: policies know them by the function that they call. */
function mappingRequests(
  call: RecordedCall,
  { region, accountId, mappings }: CallScope,
): PolicyRequest[] | undefined {
  const id = /\/event-source-mappings\/?([^/]*)$/.exec(call.url.pathname)?.[1];
  if (id === undefined) return undefined;
  const input = call.body.length > 0 ? inputOf(call) : {};
  const functionArn = mappings.get(id) ?? String(input.FunctionName);
  const resource = arn('lambda', region, accountId, `event-source-mapping:${id || 'new'}`);
  const own = {
    action: `lambda:${MAPPING_VERBS[call.method]}EventSourceMapping`,
    resource,
    context: { 'lambda:FunctionArn': [functionArn] },
  };
  if (input.Tags === undefined) return [own];
  return [own, { action: 'lambda:TagResource', resource, context: requestTag(input.Tags) }];
}

/** The tag by which this project's resources are known, in a request that sets it. */
function requestTag(tags: unknown): PolicyRequest['context'] {
  const { Application } = (tags ?? {}) as { Application?: string };
  return Application === undefined ? {} : { 'aws:RequestTag/Application': [Application] };
}

function lambdaRequests(call: RecordedCall, scope: CallScope): PolicyRequest[] | undefined {
  const ofMapping = mappingRequests(call, scope);
  if (ofMapping) return ofMapping;
  const { region, accountId } = scope;
  for (const [pattern, method, operation] of LAMBDA_OPERATIONS) {
    const found = pattern.exec(call.url.pathname.replaceAll('%3A', ':'));
    if (!found || method !== call.method) continue;
    const input = operation === 'CreateFunction' ? inputOf(call) : {};
    const given = decodeURIComponent(found[1] ?? String(input.FunctionName));
    // The name, or a whole ARN with a qualifier.
    const resource = given.startsWith('arn:') ? given : arn('lambda', region, accountId, `function:${given}`);
    const passed = input.Role === undefined ? [] : [passRole(String(input.Role), 'lambda.amazonaws.com')];
    return [...tagged('lambda', operation, resource, input.Tags), ...passed];
  }
  return undefined;
}

function iamRequests(call: RecordedCall, { accountId, roles }: CallScope): PolicyRequest[] | undefined {
  const input = inputOf(call);
  const operation = operationOf(call);
  if (input.RoleName === undefined) return undefined;
  const name = String(input.RoleName);
  if (operation === 'CreateRole') {
    const boundary = input.PermissionsBoundary;
    roles.set(name, {
      path: String(input.Path ?? '/'),
      boundary: boundary === undefined ? undefined : String(boundary),
    });
  }
  const { path, boundary } = roles.get(name) ?? { path: '/', boundary: undefined };
  const context = boundary === undefined ? {} : { 'iam:PermissionsBoundary': [boundary] };
  const resource = arn('iam', '', accountId, `role${path}${name}`);
  return tagged('iam', operation, resource, input['Tags.member.1.Key'], 'TagRole').map((each) => ({
    ...each,
    context,
  }));
}

function apiGatewayRequests(
  { method, url, body }: RecordedCall,
  { region, applications }: CallScope,
): PolicyRequest[] {
  const path = decodeURIComponent(url.pathname.replace(/^\/v2/, ''));
  const resource = `arn:aws:apigateway:${region}::${path}`;
  const input = body.length > 0 ? (JSON.parse(body.toString()) as Input) : {};
  const [given, application] = [requestTag(input.tags), applications.get(path)];
  const context = {
    ...given,
    ...(application === undefined ? {} : { 'aws:ResourceTag/Application': [application] }),
  };
  const tags =
    input.tags === undefined
      ? []
      : [{ action: 'apigateway:POST', resource: `arn:aws:apigateway:${region}::/tags/new`, context: given }];
  const logs =
    input.accessLogSettings === undefined ? [] : ACCESS_LOG_ACTIONS.map((action) => request(action, '*'));
  return [{ action: `apigateway:${method}`, resource, context }, ...tags, ...logs];
}

/**
 * The actions of the gateway in the caller's name to deliver access logs. Source: "Permissions for access
 * logging", HTTP API guide.
 */
const ACCESS_LOG_ACTIONS = [
  'logs:CreateLogDelivery',
  'logs:PutResourcePolicy',
  'logs:UpdateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:GetLogDelivery',
  'logs:ListLogDeliveries',
  'logs:DescribeResourcePolicies',
];

function monitoringRequests(call: RecordedCall, { region, accountId }: CallScope): PolicyRequest[] {
  const input = inputOf(call);
  const operation = operationOf(call);
  if (operation === 'GetMetricData') return [request('cloudwatch:GetMetricData', '*')];
  if (operation.includes('Dashboard')) {
    const name = String(input.DashboardName ?? input['DashboardNames.member.1']);
    return [request(`cloudwatch:${operation}`, arn('cloudwatch', '', accountId, `dashboard/${name}`))];
  }
  if (/^(Describe|Delete)Alarms$/.test(operation))
    return namedAlarms(operation, input, arn('cloudwatch', region, accountId, 'alarm:'));
  const name = input.AlarmName;
  const resource = String(input.ResourceARN ?? arn('cloudwatch', region, accountId, `alarm:${name}`));
  return tagged('cloudwatch', operation, resource, input['Tags.member.1.Key']);
}

/** Names of rules hold no slash, so that only those of a bus of one's own have one in their ARN. */
function eventsRequests(call: RecordedCall, { region, accountId }: CallScope): PolicyRequest[] {
  const input = inputOf(call);
  const operation = operationOf(call);
  const at = (rest: string) => arn('events', region, accountId, rest);
  if (operation === 'PutEvents') {
    const entries = input.Entries as readonly { readonly EventBusName: string }[];
    return entries.map(({ EventBusName }) => request('events:PutEvents', at(`event-bus/${EventBusName}`)));
  }
  const rule = input.Rule ?? (input.EventBusName === undefined ? undefined : input.Name);
  const resource = String(
    input.ResourceARN ??
      at(
        operation.endsWith('ApiDestination')
          ? `api-destination/${input.Name}`
          : rule === undefined
            ? `event-bus/${input.Name}`
            : `rule/${input.EventBusName}/${rule}`,
      ),
  );
  const targets = (input.Targets ?? []) as readonly { readonly RoleArn?: string }[];
  const passed = targets.flatMap(({ RoleArn }) => (RoleArn === undefined ? [] : [RoleArn]));
  return [
    ...tagged('events', operation, resource, input.Tags),
    ...passed.map((role) => passRole(role, 'events.amazonaws.com')),
  ];
}

/**
 * A call about alarms: a permission for each that is named. CloudWatch tells of composite alarms only whoever
 * may read every alarm. Source: "DescribeAlarms", Amazon CloudWatch API Reference.
 */
function namedAlarms(operation: string, input: Input, prefix: string): PolicyRequest[] {
  const listed = (name: string): string[] => {
    const members = Object.entries(input).filter(([key]) => key.startsWith(`${name}.member.`));
    return ((input[name] as string[] | undefined) ?? members.map(([, value]) => value)).map(String);
  };
  const action = `cloudwatch:${operation}`;
  if (listed('AlarmTypes').includes('CompositeAlarm')) return [request(action, '*')];
  return listed('AlarmNames').map((name) => request(action, `${prefix}${name}`));
}

const arn = (service: string, region: string, accountId: string, rest: string) =>
  `arn:aws:${service}:${region}:${accountId}:${rest}`;

const request = (action: string, resource: string): PolicyRequest => ({ action, resource, context: {} });

/** A call, and its tagging if it tags. */
function tagged(
  service: string,
  operation: string,
  resource: string,
  tags: unknown,
  tagging = 'TagResource',
): PolicyRequest[] {
  const own = request(`${service}:${operation}`, resource);
  return tags === undefined ? [own] : [own, request(`${service}:${tagging}`, resource)];
}

const passRole = (role: string, service: string): PolicyRequest => ({
  action: 'iam:PassRole',
  resource: role,
  context: { 'iam:PassedToService': [service] },
});

/**
 * The operation's name, from the target header of JSON, the path of CBOR, or the form of the query protocol.
 */
export function operationOf(call: Pick<RecordedCall, 'headers' | 'url' | 'body'>): string {
  const target = call.headers['x-amz-target'];
  if (typeof target === 'string') return target.split('.').at(-1)!;
  return /\/operation\/(\w+)$/.exec(call.url.pathname)?.[1] ?? String(inputOf(call).Action ?? '');
}

function inputOf({ headers, body }: Pick<RecordedCall, 'headers' | 'body'>): Input {
  const type = headers['content-type'] ?? '';
  if (type.startsWith('application/x-www-form-urlencoded'))
    return Object.fromEntries(new URLSearchParams(body.toString()));
  return type.includes('json') && body.length > 0 ? (JSON.parse(body.toString()) as Input) : {};
}
