import { describe, expect, it } from 'vitest';
import { WithheldTags } from '../../infra/withheld-tags.ts';

const place = { region: 'us-east-1', accountId: '1' };
const allowing = (Action: string) => [
  { Statement: { Effect: 'Allow' as const, Action, Resource: 'arn:aws:lambda:us-east-1:1:function:f-*' } },
];
const answer = {
  status: 200,
  headers: {},
  body: Buffer.from(JSON.stringify({ Configuration: { FunctionName: 'f-a' }, Tags: { Application: 'f' } })),
};

function told(
  policies: ReturnType<typeof allowing> | undefined,
  path = '/2015-03-31/functions/f-a',
  method = 'GET',
) {
  const withheld = new WithheldTags(place);
  if (policies) withheld.learn('plan', policies);
  const url = new URL(path, 'http://127.0.0.1');
  const call = { actor: 'plan', service: 'lambda', method, url, headers: {}, body: Buffer.alloc(0) };
  return JSON.parse(withheld.alter(call, answer).body.toString()) as object;
}

describe("a function's tags", () => {
  it('are told whoever may list them, and nobody else, as Lambda does', () => {
    expect(told(allowing('lambda:ListTags'))).toHaveProperty('Tags');
    expect(told(allowing('lambda:GetFunction'))).toEqual({ Configuration: { FunctionName: 'f-a' } });
  });

  it('are told a person, and stay in other answers', () => {
    expect(told(undefined)).toHaveProperty('Tags');
    expect(told(allowing('lambda:GetFunction'), '/2015-03-31/functions/f-a/aliases/live')).toHaveProperty(
      'Tags',
    );
    expect(told(allowing('lambda:GetFunction'), '/2015-03-31/functions/f-a', 'DELETE')).toHaveProperty(
      'Tags',
    );
  });

  it('belong to functions that the permission covers', () => {
    expect(told(allowing('lambda:ListTags'), '/2015-03-31/functions/other')).not.toHaveProperty('Tags');
  });
});
