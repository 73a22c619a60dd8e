/** A call as IAM judges it. */
export interface PolicyRequest {
  readonly action: string;
  /** An ARN, or `*` for an action that names nothing. */
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
 * Whether identity policies allow a call, after IAM's evaluation logic: one Allow that matches, and no Deny. Knows the operators that this
 * project uses.
 *
 * @throws Error for another operator: guessing would make the check say what nobody knows
 */
export function isAllowed(documents: readonly PolicyDocument[], request: PolicyRequest): boolean {
  const matching = statementsOf(documents).filter((statement) => matches(statement, request));
  return matching.length > 0 && matching.every(({ Effect }) => Effect === 'Allow');
}

/** Whether a statement is about this call. */
export function matches(statement: PolicyStatement, { action, resource, context }: PolicyRequest): boolean {
  return (
    listOf(statement.Action).some((pattern) => isLike(action.toLowerCase(), pattern.toLowerCase())) &&
    listOf(statement.Resource).some((pattern) => isLike(resource, pattern)) &&
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
    case 'ArnLike':
      return given?.some(isLikeOne) ?? false;
    // True where the key is not given at all: so IAM has it.
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

/** IAM's patterns: `*` is any text, `?` one character. */
function isLike(value: string, pattern: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(value);
}
