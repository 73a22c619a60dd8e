import { FUNCTION_NAMES, FUNCTIONS, type FunctionName, triggeredBy } from '../../lib/functions.ts';

/**
 * Actions that are allowed on every resource, and why no resource can be named. Source: the Service
 * Authorization Reference.
 */
export const REASONS_FOR_ANY_RESOURCE: Readonly<Record<string, string>> = {
  'xray:PutTraceSegments': 'X-Ray has no resource for what is sent to it',
  'xray:PutTelemetryRecords': 'X-Ray has no resource for what is sent to it',
  'cloudwatch:GetMetricData': 'metrics have no ARN, and reading them has no condition on the namespace',
  'logs:DescribeLogGroups': 'a listing: it finds groups by the beginning of their name',
  'states:ValidateStateMachineDefinition': 'a definition has no name before it is created',
  'logs:CreateLogDelivery': 'the delivery of access logs has no name before it is made',
  'logs:UpdateLogDelivery': 'the delivery of access logs has no name before it is made',
  'logs:DeleteLogDelivery': 'the delivery of access logs has no name before it is made',
  'logs:GetLogDelivery': 'the delivery of access logs has no name before it is made',
  'logs:ListLogDeliveries': 'a listing',
  'logs:PutResourcePolicy': "the account's one policy for all that delivers logs",
  'logs:DescribeResourcePolicies': "the account's one policy for all that delivers logs",
  'batch:DescribeComputeEnvironments': 'a listing',
  'batch:DescribeJobDefinitions': 'a listing',
  'batch:DescribeJobQueues': 'a listing',
  'batch:DescribeJobs': 'a listing: jobs have ids that nobody chooses',
  'ec2:DescribeRouteTables': 'a listing',
  'ec2:DescribeSecurityGroups': 'a listing',
  'ec2:DescribeSubnets': 'a listing',
  'ec2:DescribeVpcAttribute': 'a listing',
  'ec2:DescribeVpcs': 'a listing',
  'ecr:GetAuthorizationToken': 'a token for every repository of the account that its caller may use',
};

/** Permissions that every function has: its own log lines and traces. */
const logsAndTraces = (name: string) => [
  new RegExp(`^logs:(CreateLogStream|PutLogEvents) arn:aws:logs:[^:]+:\\d+:log-group:/aws/lambda/${name}:`),
  /^xray:Put(TraceSegments|TelemetryRecords) \*$/,
];

/**
 * Roles that answer requests and only read, by name, with the other permissions of each as `action resource`.
 * predict may also log its predictions.
 */
export const READING_ROLES: Readonly<Record<string, readonly RegExp[]>> = {
  'classifier-authorize': logsAndTraces('classifier-authorize'),
  'classifier-console': logsAndTraces('classifier-console'),
  'classifier-predict': [
    ...logsAndTraces('classifier-predict'),
    /^s3:PutObject arn:aws:s3:::classifier-predictions-/,
  ],
};

/** Actions of Lambda itself in the name of a function's role: no SDK call shows them. */
const BY_THE_RUNTIME = {
  'Log logs:CreateLogStream': 'done by Lambda',
  'Log logs:PutLogEvents': 'done by Lambda',
  'TraceHasNoNarrowerResource xray:PutTraceSegments': 'done by Lambda',
  'TraceHasNoNarrowerResource xray:PutTelemetryRecords': 'done by Lambda',
};

const OF_FAILED_EVENTS = {
  'KeepFailedEvents sqs:SendMessage': 'done by Lambda once an event failed for good',
};

const OF_QUEUED_EVENTS = {
  'TakeEvents sqs:DeleteMessage': 'done by Lambda',
  'TakeEvents sqs:GetQueueAttributes': 'done by Lambda',
  'TakeEvents sqs:ReceiveMessage': 'done by Lambda',
};

const INSTEAD_OF_403 =
  'no call of its own: without it S3 answers 403 for what is missing, and the function takes that for a fault';

const OF_DISTRIBUTED_MAPS = 'done by Step Functions for a distributed map';
const OF_STATE_MACHINES = {
  'StartDistributedMap states:StartExecution': OF_DISTRIBUTED_MAPS,
  'FollowDistributedMap states:DescribeExecution': OF_DISTRIBUTED_MAPS,
  'FollowDistributedMap states:StopExecution': OF_DISTRIBUTED_MAPS,
};

/** What no call of the run shows beside what Lambda does, of each function, by statement and action. */
const UNUSED_BY: Readonly<Partial<Record<FunctionName, Readonly<Record<string, string>>>>> = {
  models: { 'TellMissingFromForbidden s3:ListBucket': INSTEAD_OF_403 },
  predict: { 'TellMissingFromForbidden s3:ListBucket': INSTEAD_OF_403 },
  ingest: {
    'WriteDataSets s3:AbortMultipartUpload':
      'frees the parts of a file of more than 8 MiB that was refused on its way',
  },
  uploads: { 'TellMissingFromForbidden s3:ListBucket': INSTEAD_OF_403 },
  batch: {
    'TellMissingFromForbidden s3:ListBucket': INSTEAD_OF_403,
    'FindBatches states:DescribeExecution': 'done for a file that comes again while its batch runs',
    'WriteResults s3:AbortMultipartUpload': 'frees the parts of a lot of more than 8 MiB that is refused',
  },
  batches: {
    'TellMissingFromForbidden s3:ListBucket': INSTEAD_OF_403,
    'FindFilesAndContracts s3:GetObjectVersion': 'reads the schema.json beside a file; there is none',
    'PinAndRecord dynamodb:UpdateItem': 'records the batch of a file that the bucket told nobody of',
    'StartBatches states:StartExecution': 'starts the batch of a file that the bucket told nobody of',
    'SignUploads s3:PutObject': 'used by whoever sends a file to a signed address; none is sent',
  },
  train: { 'TellMissingFromForbidden s3:ListBucket': INSTEAD_OF_403 },
  monitor: {
    'NoteDrift dynamodb:UpdateItem': 'done when predictions drifted, for which a hundred must be in the log',
    'TellMissingFromForbidden s3:ListBucket': INSTEAD_OF_403,
    'ReadBaselines s3:GetObject':
      'read once a hundred predictions are in the log, which no function that runs here writes to',
  },
  housekeeping: {
    'TellMissingFromForbidden s3:ListBucket': INSTEAD_OF_403,
    'DeleteArtifactsOfRetiredVersions s3:DeleteObjectVersion':
      'a retired version keeps its artifact for 901 s at least; tests/unit/functions/housekeeping/retention.test.ts deletes some',
  },
};

const BEFORE_THE_CONTAINER = 'done by Fargate before the container begins; no image is pulled here';
const OF_FOLLOWED_JOBS = 'done by Step Functions, which is told of the end of a job; moto asks for it';

/** Of the roles that train on Fargate. */
const UNUSED_ON_FARGATE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'classifier-train-job': {
    'ReadDataSets s3:GetObjectVersion':
      'done by the train function, whose policy this is: what it hands over names no version',
    'TellMissingFromForbidden s3:ListBucket': INSTEAD_OF_403,
  },
  'classifier-train-start': {
    'PullImage ecr:BatchCheckLayerAvailability': BEFORE_THE_CONTAINER,
    'PullImage ecr:BatchGetImage': BEFORE_THE_CONTAINER,
    'PullImage ecr:GetDownloadUrlForLayer': BEFORE_THE_CONTAINER,
    'SignInHasNoNarrowerResource ecr:GetAuthorizationToken': BEFORE_THE_CONTAINER,
  },
  'classifier-train-state-machine': {
    'EndTrainings batch:TerminateJob':
      'done by Step Functions for an execution that is stopped, or whose time is over',
    'HearOfJobs events:DescribeRule': OF_FOLLOWED_JOBS,
    'HearOfJobs events:PutRule': OF_FOLLOWED_JOBS,
    'HearOfJobs events:PutTargets': OF_FOLLOWED_JOBS,
  },
};

/**
 * Actions that a role is allowed and that no call of the run shows, by role, statement and action, and why
 * they are allowed.
 */
export const UNUSED_ACTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ...UNUSED_ON_FARGATE,
  ...Object.fromEntries(
    ['batch', 'ingest-set'].map((machine) => [`classifier-${machine}-state-machine`, OF_STATE_MACHINES]),
  ),
  ...Object.fromEntries(
    FUNCTION_NAMES.map((name) => [
      `classifier-${name}`,
      {
        ...BY_THE_RUNTIME,
        ...(triggeredBy(FUNCTIONS[name]) === 'event' ? OF_FAILED_EVENTS : {}),
        ...(FUNCTIONS[name].trigger.kind === 'object' ? OF_QUEUED_EVENTS : {}),
        ...UNUSED_BY[name],
      },
    ]),
  ),
};
