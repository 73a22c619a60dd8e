import { describe, expect, it } from 'vitest';
import type { CallScope } from '../../infra/iam-calls.ts';
import type { PolicyDocument, PolicyStatement } from '../../infra/iam-policy.ts';
import { forbiddenCalls, idleActions } from '../../infra/policy-checks.ts';
import type { RecordedCall } from '../../infra/recorder.ts';
import { type RoleDetail, roleFaults } from '../../infra/role-rules.ts';

const document = (...statements: Partial<PolicyStatement>[]): PolicyDocument => ({
  Statement: statements.map((each) => ({ Effect: 'Allow', Action: 's3:GetObject', Sid: 'Read', ...each })),
});
const LAMBDA = document({ Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' });
const role = (more: Partial<RoleDetail> = {}): RoleDetail => ({
  name: 'classifier-other',
  trust: LAMBDA,
  inline: [],
  attached: [],
  policies: [document({ Resource: 'arn:aws:s3:::b/*' })],
  boundary: undefined,
  ...more,
});

const scope: CallScope = {
  region: 'us-east-1',
  accountId: '1',
  roles: new Map(),
  applications: new Map(),
  mappings: new Map(),
};
const call = (method: string, path: string): RecordedCall => ({
  actor: 'a',
  service: 's3',
  method,
  url: new URL(path, 'http://127.0.0.1'),
  headers: {},
  body: Buffer.alloc(0),
  status: 200,
});

describe('what a role did', () => {
  it('is a fault once when no policy allows it', () => {
    const calls = [call('GET', '/b/x'), call('PUT', '/b/x'), call('PUT', '/b/x'), call('GET', '/c/x')];
    expect(forbiddenCalls(role(), calls, scope)).toEqual([
      'classifier-other may not s3:PutObject on arn:aws:s3:::b/x {}',
      'classifier-other may not s3:GetObject on arn:aws:s3:::c/x {}',
    ]);
    expect(forbiddenCalls(role(), [call('GET', '/b/x')], scope)).toEqual([]);
  });

  it('is a fault when a policy allows it, but the boundary does not', () => {
    const boundary = document({ Resource: 'arn:aws:s3:::b/x' });
    expect(forbiddenCalls(role({ boundary }), [call('GET', '/b/x')], scope)).toEqual([]);
    expect(forbiddenCalls(role({ boundary }), [call('GET', '/b/y')], scope)).toHaveLength(1);
  });
});

describe("what a role's policies are", () => {
  const long = (characters: number) => [document({ Resource: `arn:aws:s3:::${'x'.repeat(characters)}` })];

  it('is a fault when IAM would not take them: each has a limit, and so has what is a part of the role', () => {
    expect(roleFaults(role({ attached: long(6000), boundary: long(6000)[0], inline: long(10_000) }))).toEqual(
      [],
    );
    expect(roleFaults(role({ attached: long(6144) }))[0]).toMatch(
      /^classifier-other: a policy has 62\d\d characters, of 6144/,
    );
    expect(roleFaults(role({ boundary: long(6144)[0] }))).toHaveLength(1);
    expect(roleFaults(role({ inline: [...long(5100), ...long(5100)] }))[0]).toContain('characters, of 10240');
    expect(roleFaults(role({ attached: Array.from({ length: 11 }, () => document()) }))[0]).toContain(
      '11 policies',
    );
  });
});

describe('what a role may do', () => {
  it('is a fault when it never did it on those resources', () => {
    const policies = [
      document({ Action: ['s3:GetObject', 's3:PutObject'], Resource: 'arn:aws:s3:::b/*' }),
      document({ Sid: 'Elsewhere', Resource: 'arn:aws:s3:::c/*' }),
    ];
    expect(idleActions(role({ policies }), [call('GET', '/b/x')], scope)).toEqual([
      'classifier-other: Read s3:PutObject is allowed and was never used',
      'classifier-other: Elsewhere s3:GetObject is allowed and was never used',
    ]);
    expect(idleActions(role(), [call('GET', '/b/x')], scope)).toEqual([]);
  });

  it('needs no use when a reason is given, and a reason without a permission is a fault', () => {
    const log = { Sid: 'Log', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: 'arn:x' };
    expect(idleActions(role({ name: 'classifier-metrics', policies: [document(log)] }), [], scope)).toEqual([
      expect.stringContaining('TraceHasNoNarrowerResource xray:PutTraceSegments is given a reason'),
      expect.stringContaining('TraceHasNoNarrowerResource xray:PutTelemetryRecords is given a reason'),
    ]);
  });
});

describe('a role, whoever uses it', () => {
  it('has no faults when it names actions, resources and services', () => {
    expect(roleFaults(role())).toEqual([]);
  });

  it.each(['s3:*', 's3:Get*', '*', 's3:GetObjec?'])('may not do %s', (Action) => {
    const policies = [document({ Action, Resource: 'arn:aws:s3:::b/*' })];
    expect(roleFaults(role({ policies }))).toEqual([`classifier-other: the action ${Action} is a wildcard`]);
  });

  it('may deny by a wildcard', () => {
    const policies = [document({ Effect: 'Deny', Action: 's3:*', Resource: '*' })];
    expect(roleFaults(role({ policies }))).toEqual([]);
  });

  it('may act on * only when AWS has nothing narrower', () => {
    const policies = [document({ Action: ['xray:PutTraceSegments', 's3:GetObject'], Resource: '*' })];
    expect(roleFaults(role({ policies }))).toEqual([
      'classifier-other: s3:GetObject is allowed on *, and policy-exceptions.ts gives no reason',
    ]);
  });

  it.each(['*', { AWS: '*' }, { AWS: ['arn:aws:iam::1:role/a', 'arn:aws:iam::*:root'] }] as const)(
    'may not trust %j',
    (Principal) => {
      const trust = document({ Principal, Action: 'sts:AssumeRole' });
      expect(roleFaults(role({ trust }))).toEqual([expect.stringContaining('classifier-other: trusts AWS ')]);
    },
  );
});

describe("a role of GitHub's", () => {
  const issuer = 'token.actions.githubusercontent.com';
  const BOTH = ['repo:octo/app:pull_request', 'repo:octo@1/app@2:pull_request'];
  const trusting = (
    sub: readonly string[],
    more: PolicyStatement['Condition'] = {},
    aud = 'sts.amazonaws.com',
  ) =>
    roleFaults(
      role({
        trust: document({
          Principal: { Federated: `arn:aws:iam::1:oidc-provider/${issuer}` },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: { StringEquals: { [`${issuer}:aud`]: aud, [`${issuer}:sub`]: sub }, ...more },
        }),
      }),
    ).join('\n');

  it('trusts one repository in both forms', () => {
    expect(trusting(BOTH)).toBe('');
  });

  it.each([
    ['repo:octo/*', 'repo:octo@1/app@2:pull_request'],
    ['repo:octo/app:*', 'repo:octo@1/app@2:pull_request'],
    ['repo:octo/app:pull_request', 'repo:octo@*/app@2:pull_request'],
    ['repo:octo/app:pull_request', 'repo:octo@1/app:pull_request', 'repo:octo@1/app@2:pull_request'],
    ['repo:octo/app', 'repo:octo@1/app@2:pull_request'],
  ])('does not trust %s, %s', (...subjects) => {
    expect(trusting(subjects)).toContain('expected whole subjects of one repository');
  });

  it('does not trust one form only, a pattern, another audience, or nobody in particular', () => {
    expect(trusting(BOTH.slice(1))).toContain('expected the form with numbers and the one without');
    expect(trusting(BOTH.slice(0, 1))).toContain('expected the form with numbers and the one without');
    expect(trusting(BOTH, { StringLike: { [`${issuer}:sub`]: 'repo:octo/*' } })).toContain(
      'StringEquals alone',
    );
    expect(trusting(BOTH, {}, 'any')).toContain('another audience');
    expect(trusting([])).toContain('expected subjects by StringEquals');
  });
});

describe("predict's role", () => {
  const group = 'arn:aws:logs:us-east-1:1:log-group:/aws/lambda/classifier-predict:*';
  const doing = (Action: string, Resource: string) =>
    roleFaults(role({ name: 'classifier-predict', policies: [document({ Action, Resource })] }));

  it.each([
    ['logs:PutLogEvents', group],
    ['s3:PutObject', 'arn:aws:s3:::classifier-predictions-1-us-east-1/*'],
    ['dynamodb:Query', 'arn:aws:dynamodb:us-east-1:1:table/classifier-registry'],
  ])('may %s on %s', (action, resource) => {
    expect(doing(action, resource)).toEqual([]);
  });

  it.each([
    ['logs:PutLogEvents', group.replace('predict', 'train')],
    ['logs:DeleteLogGroup', group],
    ['s3:PutObject', 'arn:aws:s3:::classifier-models-1-us-east-1/*'],
    ['s3:DeleteObject', 'arn:aws:s3:::classifier-predictions-1-us-east-1/*'],
    ['dynamodb:PutItem', 'arn:aws:dynamodb:us-east-1:1:table/classifier-registry'],
    ['lambda:InvokeFunction', 'arn:aws:lambda:us-east-1:1:function:classifier-train:live'],
  ])('may not %s on %s', (action, resource) => {
    expect(doing(action, resource)).toEqual([
      `classifier-predict: may ${action} ${resource}, and is to read only`,
    ]);
  });
});
