import { describe, expect, it } from 'vitest';
import { type CallScope, policyRequests } from '../../infra/iam-calls.ts';
import type { RecordedCall } from '../../infra/recorder.ts';

const scope: CallScope = {
  region: 'us-east-1',
  accountId: '1',
  roles: new Map(),
  applications: new Map([['/apis/x', 'classifier']]),
  mappings: new Map([['u', 'arn:f:live']]),
};

function recorded(service: string, method: string, path: string, more: Partial<RecordedCall> = {}) {
  const url = new URL(path, 'http://127.0.0.1');
  const call = { actor: 'a', service, method, url, headers: {}, body: Buffer.alloc(0), status: 200 };
  return { ...call, ...more };
}

/** A call of a JSON protocol, such as DynamoDB's. */
const json = (service: string, operation: string, input: unknown) =>
  recorded(service, 'POST', '/', {
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `Any_1.${operation}` },
    body: Buffer.from(JSON.stringify(input)),
  });

/** A call of the query protocol, such as IAM's. */
const form = (service: string, input: Record<string, string>) =>
  recorded(service, 'POST', '/', {
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: Buffer.from(new URLSearchParams(input).toString()),
  });

const asked = (call: RecordedCall) =>
  policyRequests(call, scope).map(({ action, resource, context }) => {
    const conditions = Object.entries(context).map(([key, values]) => ` ${key}=${values.join()}`);
    return `${action} ${resource}${conditions.join('')}`;
  });

describe('a call of S3', () => {
  it.each([
    ['GET', '/b/m/a.knn', 's3:GetObject arn:aws:s3:::b/m/a.knn'],
    ['HEAD', '/b/a%2Bb%20c.csv', 's3:GetObject arn:aws:s3:::b/a+b c.csv'],
    ['GET', '/b/a.csv?versionId=v1', 's3:GetObjectVersion arn:aws:s3:::b/a.csv'],
    ['PUT', '/b/a?x-id=PutObject', 's3:PutObject arn:aws:s3:::b/a'],
    ['POST', '/b/a?uploads=', 's3:PutObject arn:aws:s3:::b/a'],
    ['PUT', '/b/a?partNumber=1&uploadId=u', 's3:PutObject arn:aws:s3:::b/a'],
    ['DELETE', '/b/a?uploadId=u', 's3:AbortMultipartUpload arn:aws:s3:::b/a'],
    ['DELETE', '/b/a', 's3:DeleteObject arn:aws:s3:::b/a'],
    ['DELETE', '/b/a?versionId=v1', 's3:DeleteObjectVersion arn:aws:s3:::b/a'],
    ['GET', '/b?list-type=2&prefix=m', 's3:ListBucket arn:aws:s3:::b'],
    ['GET', '/b?versions=&prefix=m', 's3:ListBucketVersions arn:aws:s3:::b'],
    ['GET', '/b?policy', 's3:GetBucketPolicy arn:aws:s3:::b'],
    ['DELETE', '/b?publicAccessBlock', 's3:PutBucketPublicAccessBlock arn:aws:s3:::b'],
    ['PUT', '/b', 's3:CreateBucket arn:aws:s3:::b'],
  ])('%s %s asks for %s', (method, path, expected) => {
    expect(asked(recorded('s3', method, path))).toEqual([expected]);
  });

  it('that deletes several objects asks for each of them', () => {
    const body = Buffer.from(
      '<Delete><Object><Key>m/a</Key></Object><Object><Key>m/b</Key></Object></Delete>',
    );
    expect(asked(recorded('s3', 'POST', '/b?delete=', { body }))).toEqual([
      's3:DeleteObject arn:aws:s3:::b/m/a',
      's3:DeleteObject arn:aws:s3:::b/m/b',
    ]);
  });

  it.each([
    ['GET', '/b?uploads', {}],
    ['GET', '/b/a?tagging', {}],
    ['PUT', '/b/a', { 'x-amz-copy-source': '/c/d' }],
    ['PUT', '/b/a', { 'x-amz-tagging': 'k=v' }],
    ['PATCH', '/b/a', {}],
  ])('%s %s with %j is no guess', (method, path, headers) => {
    expect(() => asked(recorded('s3', method, path, { headers }))).toThrow(`s3 ${method} ${path}`);
  });
});

describe('a call of S3 that deletes several objects', () => {
  it('needs permission for each, by its version', () => {
    const body = Buffer.from(
      '<Delete><Object><Key>a</Key><VersionId>1</VersionId></Object><Object><Key>m/b</Key></Object></Delete>',
    );
    expect(asked(recorded('s3', 'POST', '/b?delete=', { body }))).toEqual([
      's3:DeleteObjectVersion arn:aws:s3:::b/a',
      's3:DeleteObject arn:aws:s3:::b/m/b',
    ]);
  });
});

describe('a call of Step Functions', () => {
  const machine = 'arn:aws:states:us-east-1:1:stateMachine:m';

  it('names a state machine or an execution, and passes a role', () => {
    expect(asked(json('states', 'StartExecution', { stateMachineArn: machine, name: 'x' }))).toEqual([
      `states:StartExecution ${machine}`,
    ]);
    const executionArn = 'arn:aws:states:us-east-1:1:execution:m:x';
    expect(asked(json('states', 'DescribeExecution', { executionArn }))).toEqual([
      `states:DescribeExecution ${executionArn}`,
    ]);
    const created = { name: 'm', roleArn: 'arn:aws:iam::1:role/r', tags: [{ key: 'a', value: 'b' }] };
    expect(asked(json('states', 'CreateStateMachine', created))).toEqual([
      `states:CreateStateMachine ${machine}`,
      `states:TagResource ${machine}`,
      'iam:PassRole arn:aws:iam::1:role/r iam:PassedToService=states.amazonaws.com',
    ]);
    expect(asked(json('states', 'ValidateStateMachineDefinition', { definition: '{}' }))).toEqual([
      'states:ValidateStateMachineDefinition *',
    ]);
  });
});

describe('a call of DynamoDB', () => {
  it('needs permission for the partition of its item', () => {
    const get = json('dynamodb', 'GetItem', {
      TableName: 't',
      Key: { pk: { S: 'MODEL#m' }, sk: { S: 'x' } },
    });
    const put = json('dynamodb', 'PutItem', { TableName: 't', Item: { pk: { S: 'TOKEN#1' } } });
    const table = 'arn:aws:dynamodb:us-east-1:1:table/t';
    expect(asked(get)).toEqual([`dynamodb:GetItem ${table} dynamodb:LeadingKeys=MODEL#m`]);
    expect(asked(put)).toEqual([`dynamodb:PutItem ${table} dynamodb:LeadingKeys=TOKEN#1`]);
  });

  it('needs permission for the queried index and its partition', () => {
    const query = json('dynamodb', 'Query', {
      TableName: 't',
      IndexName: 'by_time',
      KeyConditionExpression: 'time_pk = :p AND time_sk < :s',
      ExpressionAttributeValues: { ':s': { S: 'z' }, ':p': { S: 'UPLOADS#m' } },
    });
    expect(asked(query)).toEqual([
      'dynamodb:Query arn:aws:dynamodb:us-east-1:1:table/t/index/by_time dynamodb:LeadingKeys=UPLOADS#m',
    ]);
  });
});

describe('a call of Lambda', () => {
  it('refers to the alias or version that it names', () => {
    const arn = 'arn:aws:lambda:us-east-1:1:function:classifier-train:live';
    const path = `/2015-03-31/functions/${encodeURIComponent(arn)}/invocations`;
    expect(asked(recorded('lambda', 'POST', path))).toEqual([`lambda:InvokeFunction ${arn}`]);
    expect(asked(recorded('lambda', 'PUT', '/2015-03-31/functions/f/aliases/live'))).toEqual([
      'lambda:UpdateAlias arn:aws:lambda:us-east-1:1:function:f',
    ]);
  });

  it('also tags and passes a role when it creates a function', () => {
    const call = recorded('lambda', 'POST', '/2015-03-31/functions', {
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(
        JSON.stringify({ FunctionName: 'f', Role: 'arn:aws:iam::1:role/r', Tags: { a: 'b' } }),
      ),
    });
    const f = 'arn:aws:lambda:us-east-1:1:function:f';
    expect(asked(call)).toEqual([
      `lambda:CreateFunction ${f}`,
      `lambda:TagResource ${f}`,
      'iam:PassRole arn:aws:iam::1:role/r iam:PassedToService=lambda.amazonaws.com',
    ]);
  });
});

describe('a call about what has an id that nobody chose', () => {
  const body = (value: unknown) => ({
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(value)),
  });
  const mapping = 'arn:aws:lambda:us-east-1:1:event-source-mapping';

  it('is known by the function that an event source mapping calls', () => {
    const path = '/2015-03-31/event-source-mappings';
    const made = recorded(
      'lambda',
      'POST',
      `${path}/`,
      body({ FunctionName: 'arn:g:live', Tags: { Application: 'c' } }),
    );
    expect(asked(made)).toEqual([
      `lambda:CreateEventSourceMapping ${mapping}:new lambda:FunctionArn=arn:g:live`,
      `lambda:TagResource ${mapping}:new aws:RequestTag/Application=c`,
    ]);
    expect(asked(recorded('lambda', 'DELETE', `${path}/u`))).toEqual([
      `lambda:DeleteEventSourceMapping ${mapping}:u lambda:FunctionArn=arn:f:live`,
    ]);
    expect(
      asked(recorded('lambda', 'GET', `/2017-03-31/tags/${encodeURIComponent(`${mapping}:u`)}`)),
    ).toEqual([`lambda:ListTags ${mapping}:u`]);
  });

  it('is known by the tag of an API, or by the one that the request sets', () => {
    const gateway = 'arn:aws:apigateway:us-east-1:';
    expect(asked(recorded('apigateway', 'PATCH', '/v2/apis/x', body({})))).toEqual([
      `apigateway:PATCH ${gateway}:/apis/x aws:ResourceTag/Application=classifier`,
    ]);
    expect(asked(recorded('apigateway', 'PATCH', '/v2/apis/y', body({})))).toEqual([
      `apigateway:PATCH ${gateway}:/apis/y`,
    ]);
    expect(asked(recorded('apigateway', 'POST', '/v2/apis', body({ tags: { Application: 'c' } })))).toEqual([
      `apigateway:POST ${gateway}:/apis aws:RequestTag/Application=c`,
      `apigateway:POST ${gateway}:/tags/new aws:RequestTag/Application=c`,
    ]);
  });
});

describe('a call of AWS Batch', () => {
  const batch = (operation: string, input: unknown) =>
    recorded('batch', 'POST', `/v1/${operation}`, { body: Buffer.from(JSON.stringify(input)) });
  const at = (rest: string) => `arn:aws:batch:us-east-1:1:${rest}`;

  it('that makes a compute environment takes the role of the service, or is given one', () => {
    const made = { computeEnvironmentName: 'c', tags: { a: 'b' } };
    const environment = at('compute-environment/c');
    expect(asked(batch('createcomputeenvironment', made))).toEqual([
      `batch:CreateComputeEnvironment ${environment}`,
      `batch:TagResource ${environment}`,
      'iam:CreateServiceLinkedRole arn:aws:iam::1:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch iam:AWSServiceName=batch.amazonaws.com',
    ]);
    expect(asked(batch('createcomputeenvironment', { ...made, serviceRole: 'arn:r' }))).toContain(
      'iam:PassRole arn:r iam:PassedToService=batch.amazonaws.com',
    );
  });

  it('that defines a job gives it the roles of its container', () => {
    const containerProperties = { jobRoleArn: 'arn:job', executionRoleArn: 'arn:start' };
    expect(asked(batch('registerjobdefinition', { jobDefinitionName: 'd', containerProperties }))).toEqual([
      `batch:RegisterJobDefinition ${at('job-definition/d')}`,
      'iam:PassRole arn:job iam:PassedToService=ecs-tasks.amazonaws.com',
      'iam:PassRole arn:start iam:PassedToService=ecs-tasks.amazonaws.com',
    ]);
  });

  it('that submits a job needs its definition and its queue', () => {
    const job = { jobDefinition: at('job-definition/d:1'), jobQueue: at('job-queue/q') };
    expect(asked(batch('submitjob', job))).toEqual([
      `batch:SubmitJob ${at('job-definition/d:1')}`,
      `batch:SubmitJob ${at('job-queue/q')}`,
    ]);
    expect(asked(batch('describejobs', { jobs: ['1'] }))).toEqual(['batch:DescribeJobs *']);
  });

  it('that looks at tags names what has them', () => {
    const path = `/v1/tags/${encodeURIComponent(at('job-queue/q'))}`;
    expect(asked(recorded('batch', 'GET', path))).toEqual([`batch:ListTagsForResource ${at('job-queue/q')}`]);
  });

  it('is no guess when it is unknown', () => {
    expect(() => asked(batch('createschedulingpolicy', {}))).toThrow('batch POST /v1/createschedulingpolicy');
  });
});

describe('a call of ECR', () => {
  const repository = 'arn:aws:ecr:us-east-1:1:repository/r';
  it.each([
    [
      'CreateRepository',
      { repositoryName: 'r', tags: [] },
      `ecr:CreateRepository ${repository}, ecr:TagResource ${repository}`,
    ],
    ['DescribeRepositories', { repositoryNames: ['r'] }, `ecr:DescribeRepositories ${repository}`],
    ['DescribeRepositories', {}, 'ecr:DescribeRepositories arn:aws:ecr:us-east-1:1:repository/*'],
    ['ListTagsForResource', { resourceArn: repository }, `ecr:ListTagsForResource ${repository}`],
    ['GetAuthorizationToken', {}, 'ecr:GetAuthorizationToken *'],
  ])('%s of %j asks for %s', (operation, input, expected) => {
    expect(asked(json('ecr', operation, input)).join(', ')).toBe(expected);
  });
});

describe('a call of IAM', () => {
  it('refers to the role with its path and boundary, which later calls do not contain', () => {
    const created = { Action: 'CreateRole', RoleName: 'r', Path: '/p/', PermissionsBoundary: 'arn:b' };
    const role = 'arn:aws:iam::1:role/p/r iam:PermissionsBoundary=arn:b';
    expect(asked(form('iam', created))).toEqual([`iam:CreateRole ${role}`]);
    expect(asked(form('iam', { Action: 'PutRolePolicy', RoleName: 'r' }))).toEqual([
      `iam:PutRolePolicy ${role}`,
    ]);
  });
});

describe('calls of other services', () => {
  it('are read from the path, the target or the form', () => {
    const cbor = recorded(
      'monitoring',
      'POST',
      '/service/GraniteServiceVersion20100801/operation/GetMetricData',
    );
    expect(asked(cbor)).toEqual(['cloudwatch:GetMetricData *']);
    expect(asked(json('sqs', 'GetQueueAttributes', { QueueUrl: 'http://h/1/q' }))).toEqual([
      'sqs:GetQueueAttributes arn:aws:sqs:us-east-1:1:q',
    ]);
    expect(asked(form('sns', { Action: 'CreateTopic', Name: 't', 'Tags.member.1.Key': 'k' }))).toEqual([
      'sns:CreateTopic arn:aws:sns:us-east-1:1:t',
      'sns:TagResource arn:aws:sns:us-east-1:1:t',
    ]);
    expect(asked(recorded('apigateway', 'GET', '/v2/apis/x/routes'))).toEqual([
      'apigateway:GET arn:aws:apigateway:us-east-1::/apis/x/routes',
    ]);
    expect(asked(form('sts', { Action: 'GetCallerIdentity' }))).toEqual([]);
    const group = 'arn:aws:logs:us-east-1:1:log-group:/g';
    expect(asked(json('logs', 'CreateLogGroup', { logGroupName: '/g' }))).toEqual([
      `logs:CreateLogGroup ${group}`,
    ]);
    expect(asked(json('logs', 'PutLogEvents', { logGroupName: '/g', logStreamName: 's' }))).toEqual([
      `logs:PutLogEvents ${group}:log-stream:s`,
    ]);
    expect(asked(form('ec2', { Action: 'DescribeSubnets' }))).toEqual(['ec2:DescribeSubnets *']);
  });

  it('read alarms by their names, in either protocol, and composite ones only with a right to all', () => {
    const prefix = 'cloudwatch:DescribeAlarms arn:aws:cloudwatch:us-east-1:1:alarm:';
    const named = { AlarmNames: ['a', 'b'], AlarmTypes: ['MetricAlarm'] };
    expect(asked(json('monitoring', 'DescribeAlarms', named))).toEqual([`${prefix}a`, `${prefix}b`]);
    const query = { Action: 'DescribeAlarms', 'AlarmNames.member.1': 'a' };
    expect(asked(form('monitoring', query))).toEqual([`${prefix}a`]);
    const deleted = form('monitoring', { ...query, Action: 'DeleteAlarms' });
    expect(asked(deleted)).toEqual([`${prefix.replace('Describe', 'Delete')}a`]);
    const composite = { AlarmNames: ['a'], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] };
    expect(asked(json('monitoring', 'DescribeAlarms', composite))).toEqual(['cloudwatch:DescribeAlarms *']);
  });

  it('fail when they are unknown, without a guess', () => {
    expect(() => asked(json('ec2', 'RunInstances', {}))).toThrow(
      'ec2 POST / RunInstances: tests/infra/iam-calls.ts does not know it; add it there',
    );
    expect(() => asked(recorded('lambda', 'POST', '/2015-03-31/layers'))).toThrow(
      'lambda POST /2015-03-31/layers',
    );
  });
});

describe('a call of EventBridge', () => {
  const bus = 'arn:aws:events:us-east-1:1:event-bus/c';
  const rule = 'arn:aws:events:us-east-1:1:rule/c/c-slack';
  it.each([
    ['CreateEventBus', { Name: 'c', Tags: [] }, `events:CreateEventBus ${bus}, events:TagResource ${bus}`],
    ['DescribeEventBus', { Name: 'c' }, `events:DescribeEventBus ${bus}`],
    ['PutRule', { Name: 'c-slack', EventBusName: 'c' }, `events:PutRule ${rule}`],
    ['RemoveTargets', { Rule: 'c-slack', EventBusName: 'c', Ids: ['x'] }, `events:RemoveTargets ${rule}`],
    [
      'PutTargets',
      { Rule: 'c-slack', EventBusName: 'c', Targets: [{ RoleArn: 'arn:r' }] },
      `events:PutTargets ${rule}, iam:PassRole arn:r iam:PassedToService=events.amazonaws.com`,
    ],
    [
      'CreateApiDestination',
      { Name: 'c-slack' },
      'events:CreateApiDestination arn:aws:events:us-east-1:1:api-destination/c-slack',
    ],
    ['ListTagsForResource', { ResourceARN: bus }, `events:ListTagsForResource ${bus}`],
    ['PutEvents', { Entries: [{ EventBusName: 'c' }] }, `events:PutEvents ${bus}`],
  ])('%s asks for its bus, rule or destination', (operation, input, expected) => {
    expect(asked(json('events', operation, input)).join(', ')).toBe(expected);
  });
});
