/** A call in IAM's terms. */
export interface PolicyRequest {
  readonly action: string;
  /** An ARN, or `*` for an action without a resource. */
  readonly resource: string;
  /** Condition keys and their values. */
  readonly context: Readonly<Record<string, readonly string[]>>;
}

type OneOrMore<T> = T | readonly T[];

export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: '*' | Readonly<Record<string, OneOrMore<string>>>;
  readonly Action: OneOrMore<string>;
  readonly Resource?: OneOrMore<string>;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, OneOrMore<string>>>>>;
}

export interface PolicyDocument {
  readonly Statement: OneOrMore<PolicyStatement>;
}

export const listOf = <T>(value: OneOrMore<T> | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value as T];

export const statementsOf = (documents: readonly PolicyDocument[]): PolicyStatement[] =>
  documents.flatMap(({ Statement }) => listOf(Statement));

/**
 * Whether identity policies allow a call, by IAM's evaluation logic: at least one matching Allow and no
 * matching Deny. Supports the operators that this project uses.
 *
 * @throws Error for another operator: a guess would make the check meaningless
 */
export function isAllowed(documents: readonly PolicyDocument[], request: PolicyRequest): boolean {
  const matching = statementsOf(documents).filter((statement) => matches(statement, request));
  return matching.length > 0 && matching.every(({ Effect }) => Effect === 'Allow');
}

/**
 * Whether a statement matches this call.
 *
 * @throws Error for a statement with NotAction, NotResource or NotPrincipal, which this project does not use
 */
export function matches(statement: PolicyStatement, { action, resource, context }: PolicyRequest): boolean {
  const negated = ['NotAction', 'NotResource', 'NotPrincipal'].find((name) => name in statement);
  if (negated !== undefined)
    throw new Error(`policy ${negated}: expected what tests/infra/iam-policy.ts knows; add it there`);
  return (
    listOf(statement.Action).some((pattern) => isLike(action.toLowerCase(), pattern.toLowerCase())) &&
    listOf(statement.Resource).some((pattern) => isArnLike(resource, pattern)) &&
    Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) => holds(operator, context[key], listOf(wanted))),
    )
  );
}

function holds(operator: string, given: readonly string[] | undefined, wanted: readonly string[]): boolean {
  const isIn = (value: string) => wanted.includes(value);
  const isLikeOne = (value: string) => wanted.some((pattern) => isLike(value, pattern));
  switch (operator) {
    case 'StringEquals':
      return given?.some(isIn) ?? false;
    case 'StringLike':
      return given?.some(isLikeOne) ?? false;
    case 'StringLikeIfExists':
      return given?.some(isLikeOne) ?? true;
    case 'ArnLike':
      return given?.some((value) => wanted.some((pattern) => isArnLike(value, pattern))) ?? false;
    // IAM's rule: true when the key is missing.
    case 'ForAllValues:StringLike':
      return given?.every(isLikeOne) ?? true;
    case 'Bool':
      return given?.some(isIn) ?? false;
    case 'NumericLessThan':
      return given?.some((value) => wanted.some((bound) => Number(value) < Number(bound))) ?? false;
    default:
      throw new Error(
        `policy condition ${operator}: expected one that tests/infra/iam-policy.ts knows; add it there`,
      );
  }
}

/** A wildcard does not cross the colons between the first five parts of an ARN. */
function isArnLike(value: string, pattern: string): boolean {
  if (pattern === '*') return true;
  const parts = partsOf(value);
  const patterns = partsOf(pattern);
  return parts.length === patterns.length && parts.every((part, i) => isLike(part, patterns[i]!));
}

/** `arn`, partition, service, region, account, and the rest as one part. */
function partsOf(arn: string): string[] {
  const parts = arn.split(':');
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}

/** IAM's patterns: `*` is any text, `?` one character. */
function isLike(value: string, pattern: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(value);
}
