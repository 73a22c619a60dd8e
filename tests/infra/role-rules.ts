import { listOf, type PolicyDocument, type PolicyStatement, statementsOf } from './iam-policy.ts';
import { READING_ROLES, REASONS_FOR_ANY_RESOURCE } from './policy-exceptions.ts';

/** A role as AWS stores it. */
export interface RoleDetail {
  readonly name: string;
  readonly trust: PolicyDocument;
  /** The policies that are a part of it. */
  readonly inline: readonly PolicyDocument[];
  /** The policies of the account that are attached to it. */
  readonly attached: readonly PolicyDocument[];
  /** All of them. */
  readonly policies: readonly PolicyDocument[];
  readonly boundary: PolicyDocument | undefined;
}

/** The faults of a role that do not depend on its use, one line each. */
export function roleFaults(role: RoleDetail): string[] {
  const allowed = statementsOf(role.policies).filter(({ Effect }) => Effect === 'Allow');
  const faults = [
    ...allowed.flatMap((statement) => [...wildActions(statement), ...wildResources(statement)]),
    ...statementsOf([role.trust]).flatMap(trustFaults),
    ...allowed.flatMap((statement) => strangeWrites(role.name, statement)),
    ...sizeFaults(role),
  ];
  return faults.map((fault) => `${role.name}: ${fault}`);
}

const wildActions = ({ Action }: PolicyStatement) =>
  listOf(Action)
    .filter((action) => /[*?]/.test(action))
    .map((action) => `the action ${action} is a wildcard`);

function wildResources({ Action, Resource }: PolicyStatement): string[] {
  if (!listOf(Resource).includes('*')) return [];
  return listOf(Action)
    .filter((action) => REASONS_FOR_ANY_RESOURCE[action] === undefined)
    .map((action) => `${action} is allowed on *, and policy-exceptions.ts gives no reason`);
}

/** In characters without white space. Source: "IAM and AWS STS quotas", IAM User Guide. */
const MAX_INLINE_LENGTH = 10_240;
const MAX_POLICY_LENGTH = 6144;
const MAX_ATTACHED = 10;

/** moto takes policies of any length; IAM does not. */
function sizeFaults({ inline, attached, boundary }: RoleDetail): string[] {
  const length = (policy: PolicyDocument) => JSON.stringify(policy).replaceAll(/\s/g, '').length;
  const own = inline.reduce((sum, policy) => sum + length(policy), 0);
  const long = [...attached, ...(boundary ? [boundary] : [])]
    .map(length)
    .filter((each) => each > MAX_POLICY_LENGTH);
  return [
    ...(own > MAX_INLINE_LENGTH ? [`its own policies have ${own} characters, of ${MAX_INLINE_LENGTH}`] : []),
    ...long.map((each) => `a policy has ${each} characters, of ${MAX_POLICY_LENGTH}`),
    ...(attached.length > MAX_ATTACHED
      ? [`has ${attached.length} policies attached, of ${MAX_ATTACHED}`]
      : []),
  ];
}

const GITHUB = 'token.actions.githubusercontent.com';

/** The trusted principals must be named in full: a pattern lets strangers in. */
function trustFaults({ Principal = {}, Condition = {} }: PolicyStatement): string[] {
  const kinds = Principal === '*' ? { AWS: '*' } : Principal;
  const faults = Object.entries(kinds)
    .filter(([, names]) => listOf(names).some((name) => name.includes('*')))
    .map(([kind, names]) => `trusts ${kind} ${listOf(names).join(', ')}`);
  if (!('Federated' in kinds)) return faults;
  const exact = Condition.StringEquals ?? {};
  const subjects = listOf(exact[`${GITHUB}:sub`]);
  if (Object.keys(Condition).join() !== 'StringEquals' || subjects.length === 0)
    faults.push(`trusts GitHub under ${JSON.stringify(Condition)}, expected subjects by StringEquals alone`);
  if (listOf(exact[`${GITHUB}:aud`]).join() !== 'sts.amazonaws.com')
    faults.push('trusts GitHub for another audience than sts.amazonaws.com');
  // Without numbers, a released name can be taken by another repository. Older repositories have no other
  // form.
  const forms = [/^repo:[^/:@*?]+\/[^/:@*?]+:[^*?]+$/, /^repo:[^/:@*?]+@\d+\/[^/:@*?]+@\d+:[^*?]+$/];
  if (!subjects.every((subject) => forms.some((form) => form.test(subject))))
    faults.push(`trusts ${subjects.join(', ')}: expected whole subjects of one repository`);
  if (!forms.every((form) => subjects.some((subject) => form.test(subject))))
    faults.push(`trusts ${subjects.join(', ')}: expected the form with numbers and the one without`);
  return faults;
}

const READS = /^(dynamodb:(GetItem|Query)|s3:(GetObject|GetObjectVersion|ListBucket))$/;

/** The write permissions of a role that answers strangers, except those with a reason. */
function strangeWrites(role: string, { Action, Resource }: PolicyStatement): string[] {
  const permitted = READING_ROLES[role];
  if (permitted === undefined) return [];
  return listOf(Action)
    .filter((action) => !READS.test(action))
    .flatMap((action) => listOf(Resource).map((resource) => `${action} ${resource}`))
    .filter((write) => !permitted.some((pattern) => pattern.test(write)))
    .map((write) => `may ${write}, and is to read only`);
}
