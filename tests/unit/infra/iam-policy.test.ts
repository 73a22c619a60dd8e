import { describe, expect, it } from 'vitest';
import { isAllowed, type PolicyDocument, type PolicyStatement } from '../../infra/iam-policy.ts';

const policy = (...statements: PolicyStatement[]): PolicyDocument[] => [{ Statement: statements }];
const allow = (more: Partial<PolicyStatement> = {}): PolicyStatement => ({
  Effect: 'Allow',
  Action: 's3:GetObject',
  Resource: 'arn:aws:s3:::models/*',
  ...more,
});
const call = (more: Partial<Parameters<typeof isAllowed>[1]> = {}) => ({
  action: 's3:GetObject',
  resource: 'arn:aws:s3:::models/default/a.knn',
  context: {},
  ...more,
});

describe('a call held against policies', () => {
  it('is refused where nothing is said of it', async () => {
    expect(await isAllowed([], call())).toBe(false);
    expect(await isAllowed(policy(allow()), call({ action: 's3:PutObject' }))).toBe(false);
    expect(await isAllowed(policy(allow()), call({ resource: 'arn:aws:s3:::raw/a.csv' }))).toBe(false);
  });

  it('is allowed by one statement of several, in any case of the action', async () => {
    const other = allow({ Action: 'dynamodb:Query', Resource: '*' });
    const either = allow({ Action: ['S3:getobject', 's3:PutObject'] });
    expect(await isAllowed(policy(other, either), call())).toBe(true);
    expect(await isAllowed([...policy(other), ...policy(allow())], call())).toBe(true);
    expect(await isAllowed([{ Statement: allow() }], call())).toBe(true);
  });

  it('is refused by one Deny, whatever allows it, where its condition holds', async () => {
    const deny = allow({ Effect: 'Deny', Action: 's3:*', Resource: '*' });
    expect(await isAllowed(policy(allow(), deny), call())).toBe(false);
    const insecure = { ...deny, Condition: { Bool: { 'aws:SecureTransport': 'false' } } };
    const over = (secure: string) => call({ context: { 'aws:SecureTransport': [secure] } });
    expect(await isAllowed(policy(insecure, allow()), over('true'))).toBe(true);
    expect(await isAllowed(policy(insecure, allow()), over('false'))).toBe(false);
  });

  it('is refused where the boundary allows less than the policies do', async () => {
    const [boundary] = policy(allow({ Resource: 'arn:aws:s3:::models/default/*' }));
    const elsewhere = call({ resource: 'arn:aws:s3:::models/other/a.knn' });
    expect(await isAllowed(policy(allow()), call(), boundary)).toBe(true);
    expect(await isAllowed(policy(allow()), elsewhere, boundary)).toBe(false);
    expect(await isAllowed(policy(allow()), elsewhere)).toBe(true);
  });

  it('is refused for a resource that a wildcard does not reach', async () => {
    const group = 'arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/predict';
    const put = (resource: string) => ({ action: 'logs:PutLogEvents', resource, context: {} });
    const policies = policy(allow({ Action: 'logs:PutLogEvents', Resource: `${group}:*` }));
    expect(await isAllowed(policies, put(`${group}:log-stream:a`))).toBe(true);
    expect(await isAllowed(policies, put(`${group}-2:log-stream:a`))).toBe(false);
    // A wildcard stays within its part of an ARN: this is about no bucket.
    expect(await isAllowed(policy(allow({ Resource: 'arn:aws:*/default/a.knn' })), call())).toBe(false);
  });

  it('is judged where it names no resource', async () => {
    const read = { action: 'cloudwatch:GetMetricData', resource: '*', context: {} };
    const allowing = allow({ Action: 'cloudwatch:GetMetricData', Resource: '*' });
    expect(await isAllowed(policy(allowing), read)).toBe(true);
    expect(await isAllowed(policy(allow({ Resource: '*' })), read)).toBe(false);
    expect(await isAllowed(policy(allowing), read, policy(allow({ Resource: '*' }))[0])).toBe(false);
  });

  it('is judged of an HTTP API, too', async () => {
    const api = 'arn:aws:apigateway:us-east-1::/apis';
    const policies = policy(allow({ Action: 'apigateway:GET', Resource: `${api}/*` }));
    const [boundary] = policy(allow({ Action: 'apigateway:GET', Resource: `${api}/a*` }));
    const get = (resource: string) => ({ action: 'apigateway:GET', resource, context: {} });
    expect(await isAllowed(policies, get(`${api}/a/routes`))).toBe(true);
    expect(await isAllowed(policies, get(`${api}/b`), boundary)).toBe(false);
    expect(await isAllowed(policies, { ...get(`${api}/a`), action: 'apigateway:POST' })).toBe(false);
  });

  it('is no guess where IAM has no such action, or not on such a resource', async () => {
    const anything = policy(allow({ Action: '*', Resource: '*' }));
    await expect(isAllowed(anything, call({ action: 's3:FetchObject' }))).rejects.toThrow(
      's3:FetchObject on arn:aws:s3:::models/default/a.knn: IAM knows no such call',
    );
    await expect(isAllowed(anything, call({ resource: 'arn:aws:sqs:us-east-1:1:q' }))).rejects.toThrow(
      'IAM knows no such call',
    );
  });
});

describe("the conditions of this project's policies", () => {
  const TABLE = 'arn:aws:dynamodb:us-east-1:123456789012:table/registry';
  const ROLE = 'arn:aws:iam::123456789012:role/classifier-predict';

  it.each([
    ['a partition that is named', ['MODEL#default', 'MODELS'], true],
    ['one that is not', ['MODEL#default', 'TOKEN#1'], false],
    ['none at all', undefined, true],
  ])('on the keys of a table: %s', async (_, keys, expected) => {
    const Condition = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['MODELS', 'MODEL#*'] } };
    const policies = policy(allow({ Action: 'dynamodb:GetItem', Resource: TABLE, Condition }));
    const context = keys === undefined ? {} : { 'dynamodb:LeadingKeys': keys };
    expect(await isAllowed(policies, { action: 'dynamodb:GetItem', resource: TABLE, context })).toBe(
      expected,
    );
  });

  it.each([
    ['lambda.amazonaws.com', true],
    ['ec2.amazonaws.com', false],
  ])('on who gets a role: %s', async (service, expected) => {
    const Condition = { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } };
    const policies = policy(allow({ Action: 'iam:PassRole', Resource: ROLE, Condition }));
    const context = { 'iam:PassedToService': [service] };
    expect(await isAllowed(policies, { action: 'iam:PassRole', resource: ROLE, context })).toBe(expected);
    expect(await isAllowed(policies, { action: 'iam:PassRole', resource: ROLE, context: {} })).toBe(false);
  });

  it('on the boundary of a role', async () => {
    const boundary = 'arn:aws:iam::123456789012:policy/boundary';
    const Condition = { StringEquals: { 'iam:PermissionsBoundary': boundary } };
    const policies = policy(allow({ Action: 'iam:CreateRole', Resource: ROLE, Condition }));
    const under = (value: string) => ({
      action: 'iam:CreateRole',
      resource: ROLE,
      context: { 'iam:PermissionsBoundary': [value] },
    });
    expect(await isAllowed(policies, under(boundary))).toBe(true);
    expect(await isAllowed(policies, under(`${boundary}-2`))).toBe(false);
  });

  it("on a key's alias, without the key's own policy", async () => {
    const Condition = { StringLike: { 'kms:RequestAlias': 'alias/aws/*' } };
    const policies = policy(allow({ Action: 'kms:DescribeKey', Resource: '*', Condition }));
    const described = (alias: string) => ({
      action: 'kms:DescribeKey',
      resource: 'arn:aws:kms:us-east-1:123456789012:key/any',
      context: { 'kms:RequestAlias': [alias] },
    });
    expect(await isAllowed(policies, described('alias/aws/dynamodb'))).toBe(true);
    expect(await isAllowed(policies, described('alias/own'))).toBe(false);
  });

  it('on the version of TLS, as a number', async () => {
    const deny = allow({ Effect: 'Deny', Condition: { NumericLessThan: { 's3:TlsVersion': '1.2' } } });
    const over = (version: string) => call({ context: { 's3:TlsVersion': [version] } });
    expect(await isAllowed(policy(allow(), deny), over('1.1'))).toBe(false);
    expect(await isAllowed(policy(allow(), deny), over('1.2'))).toBe(true);
  });
});
