import type { AwsCli } from './aws-cli.ts';
import { type CallScope, policyRequests } from './iam-calls.ts';
import {
  isAllowed,
  listOf,
  type PolicyDocument,
  type PolicyRequest,
  type PolicyStatement,
  statementsOf,
} from './iam-policy.ts';
import { UNUSED_ACTIONS } from './policy-exceptions.ts';
import { InfraTestError } from './processes.ts';
import type { RecordedCall } from './recorder.ts';
import { type RoleDetail, roleFaults } from './role-rules.ts';

/**
 * Holds what every role did against what it may do, and what it may do against what it did.
 *
 * @param actors the role that each access key id stands for
 * @returns what was seen, in a line
 * @throws InfraTestError with all that is wrong
 */
export async function checkPolicies(
  calls: readonly RecordedCall[],
  aws: AwsCli,
  actors: Readonly<Record<string, string>>,
  place: Pick<CallScope, 'region' | 'accountId'>,
): Promise<string> {
  const scope: CallScope = { ...place, roles: rolesIn(calls) };
  const roles = await readRoles(aws);
  const faults = [...roles.values()].flatMap(roleFaults);
  let count = 0;
  for (const [actor, name] of Object.entries(actors)) {
    const role = roles.get(name);
    if (!role)
      throw new InfraTestError(`expected the role ${name}, AWS holds ${[...roles.keys()].join(', ')}`);
    const own = calls.filter((call) => call.actor === actor);
    if (own.length === 0) faults.push(`${name} made no call: nothing was tested`);
    count += own.length;
    const requests = requestsOf(own, scope);
    faults.push(...(await forbiddenCalls(role, requests)));
    if (!name.includes('-github-')) faults.push(...(await idleActions(role, requests)));
  }
  if (faults.length > 0)
    throw new InfraTestError(`policies:\n${faults.map((fault) => `  ${fault}\n`).join('')}`);
  return `policies: ${count} calls of ${Object.keys(actors).length} roles were allowed; no function's role has an idle action without a reason`;
}

/** Where roles lie and what bounds them, from the calls that created them. */
function rolesIn(calls: readonly RecordedCall[]): CallScope['roles'] {
  const created = calls
    .filter(({ service }) => service === 'iam')
    .map(({ body }) => new URLSearchParams(body.toString()))
    .filter((form) => form.get('Action') === 'CreateRole');
  return new Map(
    created.map((form) => [
      form.get('RoleName') ?? '',
      { path: form.get('Path') ?? '/', boundary: form.get('PermissionsBoundary') ?? undefined },
    ]),
  );
}

interface AuthorizationDetails {
  readonly RoleDetailList: readonly {
    readonly RoleName: string;
    readonly AssumeRolePolicyDocument: PolicyDocument;
    readonly RolePolicyList?: readonly { readonly PolicyDocument: PolicyDocument }[];
  }[];
  readonly Policies: readonly {
    readonly Arn: string;
    readonly PolicyVersionList: readonly {
      readonly Document: PolicyDocument;
      readonly IsDefaultVersion: boolean;
    }[];
  }[];
}

/** Every role in the account with its inline policies and its permissions boundary. */
export async function readRoles(aws: AwsCli): Promise<Map<string, RoleDetail>> {
  const details = await aws.json<AuthorizationDetails>(
    'iam',
    'get-account-authorization-details',
    '--filter',
    'Role',
    'LocalManagedPolicy',
  );
  const managed = new Map(
    details.Policies.map(({ Arn, PolicyVersionList }) => [
      Arn,
      PolicyVersionList.find(({ IsDefaultVersion }) => IsDefaultVersion)?.Document,
    ]),
  );
  const roles = new Map<string, RoleDetail>();
  for (const {
    RoleName: name,
    AssumeRolePolicyDocument: trust,
    RolePolicyList = [],
  } of details.RoleDetailList) {
    const { Role } = await aws.json<{
      Role: { PermissionsBoundary?: { PermissionsBoundaryArn: string } };
    }>('iam', 'get-role', '--role-name', name);
    const boundary = managed.get(Role.PermissionsBoundary?.PermissionsBoundaryArn ?? '');
    roles.set(name, {
      name,
      trust,
      policies: RolePolicyList.map(({ PolicyDocument }) => PolicyDocument),
      boundary,
    });
  }
  return roles;
}

/** What calls ask of IAM, each thing once. */
export function requestsOf(calls: readonly RecordedCall[], scope: CallScope): PolicyRequest[] {
  const requests = calls.flatMap((call) => policyRequests(call, scope));
  return [...new Map(requests.map((request) => [JSON.stringify(request), request])).values()];
}

/** What a role asked for and its policies, within its boundary, do not allow. */
export async function forbiddenCalls(
  { name, policies, boundary }: RoleDetail,
  requests: readonly PolicyRequest[],
): Promise<string[]> {
  const refused: string[] = [];
  for (const request of requests) {
    const { action, resource, context } = request;
    if (!(await isAllowed(policies, request, boundary)))
      refused.push(`${name} may not ${action} on ${resource} ${JSON.stringify(context)}`);
  }
  return refused;
}

/** An action that a statement of a role allows. */
interface AllowedAction {
  readonly key: string;
  readonly isUsed: boolean;
}

/** Actions that a role may do and never did, less those that policy-exceptions.ts gives a reason for. */
export async function idleActions(role: RoleDetail, requests: readonly PolicyRequest[]): Promise<string[]> {
  const reasons = UNUSED_ACTIONS[role.name] ?? {};
  const allowed: AllowedAction[] = [];
  for (const statement of statementsOf(role.policies).filter(({ Effect }) => Effect === 'Allow'))
    for (const action of listOf(statement.Action))
      allowed.push({
        key: `${statement.Sid} ${action}`,
        isUsed: await isUsed(statement, action, requests),
      });
  const idle = allowed.filter(({ key, isUsed }) => !isUsed && !reasons[key]);
  const stale = Object.keys(reasons).filter(
    (key) => !allowed.some((each) => each.key === key && !each.isUsed),
  );
  return [
    ...idle.map(({ key }) => `${role.name}: ${key} is allowed and was never used`),
    ...stale.map(
      (key) => `${role.name}: ${key} is given a reason for not being used, and is used or not allowed`,
    ),
  ];
}

async function isUsed(
  statement: PolicyStatement,
  action: string,
  requests: readonly PolicyRequest[],
): Promise<boolean> {
  for (const request of requests)
    if (request.action === action && (await isAllowed([{ Statement: statement }], request))) return true;
  return false;
}
