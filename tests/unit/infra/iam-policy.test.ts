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

describe('a call under policies', () => {
  it('is refused when no statement matches it', () => {
    expect(isAllowed([], call())).toBe(false);
    expect(isAllowed(policy(allow()), call({ action: 's3:PutObject' }))).toBe(false);
    expect(isAllowed(policy(allow()), call({ resource: 'arn:aws:s3:::raw/a.csv' }))).toBe(false);
  });

  it('is allowed by one statement of several, in any case of the action', () => {
    const other = allow({ Action: 'dynamodb:Query', Resource: '*' });
    expect(isAllowed(policy(other, allow({ Action: ['S3:getobject', 's3:PutObject'] })), call())).toBe(true);
    expect(isAllowed([...policy(other), ...policy(allow())], call())).toBe(true);
    expect(isAllowed([{ Statement: allow() }], call())).toBe(true);
  });

  it('is refused by one Deny, whatever allows it', () => {
    const deny = allow({ Effect: 'Deny', Action: 's3:*', Resource: '*' });
    expect(isAllowed(policy(allow(), deny), call())).toBe(false);
    expect(isAllowed(policy(deny, allow()), call())).toBe(false);
  });

  it('is not refused by a Deny whose condition does not hold', () => {
    const deny = allow({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
    expect(isAllowed(policy(allow(), deny), call({ context: { 'aws:SecureTransport': ['true'] } }))).toBe(
      true,
    );
    expect(isAllowed(policy(allow(), deny), call({ context: { 'aws:SecureTransport': ['false'] } }))).toBe(
      false,
    );
  });
});

describe('patterns', () => {
  it.each([
    ['arn:aws:s3:::models/*.knn', true],
    ['arn:aws:s3:::models/default/?.knn', true],
    ['arn:aws:s3:::models/default/??.knn', false],
    ['arn:aws:s3:::models', false],
    // A dot is a dot.
    ['arn:aws:s3:::models/default/aXknn', false],
    ['arn:aws:s3:::models/default/a.knn?', false],
    ['*', true],
    // A wildcard does not cross a colon: this names no bucket.
    ['arn:aws:*/default/a.knn', false],
    ['arn:aws:s3:*:models/default/a.knn', false],
    ['arn:*:s3:*:*:models/*', true],
  ])('%s names the object: %s', (Resource, expected) => {
    expect(isAllowed(policy(allow({ Resource })), call())).toBe(expected);
  });

  it('lets a wildcard match colons within the resource', () => {
    const group = 'arn:aws:logs:us-east-1:1:log-group:/aws/lambda/predict';
    const request = { action: 'logs:PutLogEvents', resource: `${group}:log-stream:a`, context: {} };
    const statement = allow({ Action: 'logs:PutLogEvents', Resource: `${group}:*` });
    expect(isAllowed(policy(statement), request)).toBe(true);
    expect(isAllowed(policy(statement), { ...request, resource: `${group}-2:log-stream:a` })).toBe(false);
  });
});

describe('conditions', () => {
  const under = (Condition: PolicyStatement['Condition'] & object, context: Record<string, string[]>) =>
    isAllowed(policy(allow({ Condition })), call({ context }));

  it('must all hold', () => {
    const both = { StringEquals: { a: '1', b: ['2', '3'] } };
    expect(under(both, { a: ['1'], b: ['3'] })).toBe(true);
    expect(under(both, { a: ['1'], b: ['4'] })).toBe(false);
    expect(under({ ...both, StringLike: { c: 'x*' } }, { a: ['1'], b: ['2'], c: ['yx'] })).toBe(false);
  });

  it('do not hold for a missing key', () => {
    expect(under({ StringEquals: { a: '1' } }, {})).toBe(false);
    expect(under({ StringLike: { a: '*' } }, {})).toBe(false);
    expect(under({ ArnLike: { a: '*' } }, {})).toBe(false);
    expect(under({ Bool: { a: 'false' } }, {})).toBe(false);
    expect(under({ NumericLessThan: { a: '1.2' } }, {})).toBe(false);
  });

  it('on all values hold when each matches a pattern, and when there is none', () => {
    const keys = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['MODELS', 'MODEL#*'] } };
    expect(under(keys, { 'dynamodb:LeadingKeys': ['MODEL#default', 'MODELS'] })).toBe(true);
    expect(under(keys, { 'dynamodb:LeadingKeys': ['MODEL#default', 'TOKEN#1'] })).toBe(false);
    expect(under(keys, {})).toBe(true);
  });

  it('take text literally unless they say otherwise', () => {
    expect(under({ StringEquals: { a: 'x*' } }, { a: ['xy'] })).toBe(false);
    expect(under({ StringEquals: { a: 'x*' } }, { a: ['x*'] })).toBe(true);
  });

  it('compare numbers as numbers', () => {
    expect(under({ NumericLessThan: { v: '10' } }, { v: ['9'] })).toBe(true);
    expect(under({ NumericLessThan: { v: '1.2' } }, { v: ['1.2'] })).toBe(false);
  });

  it('fail when they are unknown, without a guess', () => {
    expect(() => under({ StringNotEquals: { a: '1' } }, { a: ['2'] })).toThrow(
      'policy condition StringNotEquals',
    );
  });
});

it('fails for statements with NotAction, NotResource or NotPrincipal', () => {
  const statement = { ...allow({ Effect: 'Deny' }), NotAction: 's3:GetObject' };
  expect(() => isAllowed(policy(statement), call())).toThrow('policy NotAction');
});
