import type { AwsCli } from './aws-cli.ts';
import { type CallScope, policyRequests } from './iam-calls.ts';
import {
  isAllowed,
  listOf,
  matches,
  type PolicyDocument,
  type PolicyStatement,
  statementsOf,
} from './iam-policy.ts';
import { UNUSED_ACTIONS } from './policy-exceptions.ts';
import { InfraTestError } from './processes.ts';
import type { RecordedCall } from './recorder.ts';
import { type RoleDetail, roleFaults } from './role-rules.ts';

/**
 * Compares every role's calls with its permissions, and its permissions with its calls.
 *
 * @param actors the role of each access key id
 * @returns the result, in one line
 * @throws InfraTestError with all faults
 */
export async function checkPolicies(
  calls: readonly RecordedCall[],
  aws: AwsCli,
  actors: Readonly<Record<string, string>>,
  place: Pick<CallScope, 'region' | 'accountId'>,
): Promise<string> {
  const scope: CallScope = { ...place, roles: rolesIn(calls), ...madeIn(calls) };
  const roles = await readRoles(aws);
  const faults = [...roles.values()].flatMap(roleFaults);
  let count = 0;
  for (const [actor, name] of Object.entries(actors)) {
    const role = roles.get(name);
    if (!role)
      throw new InfraTestError(`expected the role ${name}, AWS holds ${[...roles.keys()].join(', ')}`);
    const own = calls.filter((call) => call.actor === actor);
    // A function whose own policy only denies has nothing in AWS to call.
    if (own.length === 0 && !hasDenialsOnly(role)) faults.push(`${name} made no call: nothing was tested`);
    count += own.length;
    faults.push(...forbiddenCalls(role, own, scope));
    if (!name.includes('-github-')) faults.push(...idleActions(role, own, scope));
  }
  if (faults.length > 0)
    throw new InfraTestError(`policies:\n${faults.map((fault) => `  ${fault}\n`).join('')}`);
  return `policies: ${count} calls of ${Object.keys(actors).length} roles were allowed; no function's role has an idle action without a reason`;
}

/** The path and boundary of roles, from the calls that created them. */
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

/** What was made with an id that nobody chose: APIs, their stages, and event source mappings. */
function madeIn(calls: readonly RecordedCall[]): Pick<CallScope, 'applications' | 'mappings'> {
  const [applications, mappings] = [new Map<string, string>(), new Map<string, string>()];
  for (const { service, method, url, answer } of calls) {
    if (method !== 'POST' || answer === undefined) continue;
    const path = url.pathname.replace(/^\/v2/, '');
    if (service === 'apigateway' && /^\/apis(\/[^/]+\/stages)?$/.test(path)) {
      const made = JSON.parse(answer.toString()) as {
        apiId: string;
        stageName: string;
        tags?: { Application?: string };
      };
      const application = made.tags?.Application;
      if (application !== undefined) applications.set(`${path}/${made.stageName ?? made.apiId}`, application);
    }
    if (service === 'lambda' && path.includes('/event-source-mappings')) {
      const { UUID, FunctionArn } = JSON.parse(answer.toString()) as { UUID: string; FunctionArn: string };
      mappings.set(UUID, FunctionArn);
    }
  }
  return { applications, mappings };
}

interface AuthorizationDetails {
  readonly RoleDetailList: readonly {
    readonly RoleName: string;
    readonly AssumeRolePolicyDocument: PolicyDocument;
    readonly RolePolicyList?: readonly { readonly PolicyDocument: PolicyDocument }[];
    readonly AttachedManagedPolicies?: readonly { readonly PolicyArn: string }[];
  }[];
  readonly Policies: readonly {
    readonly Arn: string;
    readonly PolicyVersionList: readonly {
      readonly Document: PolicyDocument;
      readonly IsDefaultVersion: boolean;
    }[];
  }[];
}

/** Every role in the account with its policies, inline and attached, and its permissions boundary. */
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
  const roles = await Promise.all(details.RoleDetailList.map((role) => roleOf(role, managed, aws)));
  return new Map(roles.map((role) => [role.name, role]));
}

async function roleOf(
  detail: AuthorizationDetails['RoleDetailList'][number],
  managed: ReadonlyMap<string, PolicyDocument | undefined>,
  aws: AwsCli,
): Promise<RoleDetail> {
  const { RoleName: name, AssumeRolePolicyDocument: trust } = detail;
  const { RolePolicyList = [], AttachedManagedPolicies = [] } = detail;
  const { Role } = await aws.json<{
    Role: { PermissionsBoundary?: { PermissionsBoundaryArn: string } };
  }>('iam', 'get-role', '--role-name', name);
  const boundary = managed.get(Role.PermissionsBoundary?.PermissionsBoundaryArn ?? '');
  const inline = RolePolicyList.map(({ PolicyDocument }) => PolicyDocument);
  const attached = AttachedManagedPolicies.flatMap(({ PolicyArn }) => managed.get(PolicyArn) ?? []);
  if (attached.length < AttachedManagedPolicies.length)
    throw new InfraTestError(
      `${name}: expected its policies to be of this account, got ${AttachedManagedPolicies.map(({ PolicyArn }) => PolicyArn).join(', ')}`,
    );
  return { name, trust, inline, attached, policies: [...inline, ...attached], boundary };
}

/** Calls of a role that its policies, within its boundary, do not allow. */
export function forbiddenCalls(role: RoleDetail, calls: readonly RecordedCall[], scope: CallScope): string[] {
  const refused = calls
    .flatMap((call) => policyRequests(call, scope))
    .filter(
      (request) =>
        !isAllowed(role.policies, request) ||
        (role.boundary !== undefined && !isAllowed([role.boundary], request)),
    )
    .map(
      ({ action, resource, context }) =>
        `${role.name} may not ${action} on ${resource} ${JSON.stringify(context)}`,
    );
  return [...new Set(refused)];
}

/** Whether one of a role's policies, its function's own, consists of denials. */
const hasDenialsOnly = ({ policies }: RoleDetail) =>
  policies.some((policy) => statementsOf([policy]).every(({ Effect }) => Effect === 'Deny'));

/** Actions that a role may do but never did, except those with a reason in policy-exceptions.ts. */
export function idleActions(role: RoleDetail, calls: readonly RecordedCall[], scope: CallScope): string[] {
  const requests = calls.flatMap((call) => policyRequests(call, scope));
  const used = (statement: PolicyStatement, action: string) =>
    requests.some((request) => request.action === action && matches(statement, request));
  const reasons = UNUSED_ACTIONS[role.name] ?? {};
  const allowed = statementsOf(role.policies)
    .filter(({ Effect }) => Effect === 'Allow')
    .flatMap((statement) =>
      listOf(statement.Action).map((action) => ({ statement, action, key: `${statement.Sid} ${action}` })),
    );
  const idle = allowed.filter(({ statement, action, key }) => !used(statement, action) && !reasons[key]);
  const stale = Object.keys(reasons).filter(
    (key) => !allowed.some((each) => each.key === key && !used(each.statement, each.action)),
  );
  return [
    ...idle.map(({ key }) => `${role.name}: ${key} is allowed and was never used`),
    ...stale.map(
      (key) => `${role.name}: ${key} is given a reason for not being used, and is used or not allowed`,
    ),
  ];
}
