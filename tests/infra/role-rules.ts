import { listOf, type PolicyDocument, type PolicyStatement, statementsOf } from './iam-policy.ts';
import { READING_ROLES, REASONS_FOR_ANY_RESOURCE } from './policy-exceptions.ts';

/** A role as AWS stores it. */
export interface RoleDetail {
  readonly name: string;
  readonly trust: PolicyDocument;
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
