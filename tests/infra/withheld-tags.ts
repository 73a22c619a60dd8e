import { isAllowed, type PolicyDocument } from './iam-policy.ts';
import { type Alteration, withBody } from './recorder.ts';

/**
 * Lambda tells of a function's tags only whoever may list them: GetFunction answers others without "Tags".
 * Terraform then finds no tags where it had set some, and plans to set them again, for ever. Source:
 * "GetFunction", AWS Lambda API Reference, of "Tags".
 */
export class WithheldTags {
  readonly #place: { readonly region: string; readonly accountId: string };
  readonly #policies = new Map<string, readonly PolicyDocument[]>();

  constructor(place: { readonly region: string; readonly accountId: string }) {
    this.#place = place;
  }

  /** From now on the actor's answers are those of a role with these policies. Others may do everything. */
  learn(actor: string, policies: readonly PolicyDocument[]): void {
    this.#policies.set(actor, policies);
  }

  readonly alter: Alteration = (call, answer) => {
    const policies = this.#policies.get(call.actor);
    const name = /\/functions\/([^/]+)$/.exec(call.url.pathname)?.[1];
    if (!policies || name === undefined || call.service !== 'lambda' || call.method !== 'GET') return answer;
    const { region, accountId } = this.#place;
    const resource = `arn:aws:lambda:${region}:${accountId}:function:${decodeURIComponent(name)}`;
    if (answer.status !== 200 || isAllowed(policies, { action: 'lambda:ListTags', resource, context: {} }))
      return answer;
    const { Tags: _, ...told } = JSON.parse(answer.body.toString()) as Record<string, unknown>;
    return withBody(answer, told);
  };
}
