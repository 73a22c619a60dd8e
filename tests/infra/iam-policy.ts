import { runSimulation, runUnsafeSimulation, type Simulation } from '@cloud-copilot/iam-simulate';

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

/** This system's roles and resources are of one account. */
const ACCOUNT_ID = '123456789012';
const PRINCIPAL = `arn:aws:iam::${ACCOUNT_ID}:role/any`;

/**
 * Whether a role's policies, within its boundary, allow a call. What a resource's own policy says is not
 * asked: it could only add rights that the role should have of its own.
 *
 * @throws Error for a call that IAM does not know, such as an action or a resource of another form
 */
export async function isAllowed(
  policies: readonly PolicyDocument[],
  request: PolicyRequest,
  boundary?: PolicyDocument,
): Promise<boolean> {
  const simulation = simulationOf(policies, request, boundary);
  // The library's list of IAM's actions gives those of API Gateway the resources of REST APIs only, so it
  // knows no HTTP API.
  if (request.action.startsWith('apigateway:')) return runUnsafeSimulation(simulation, {}) === 'Allowed';
  const simulated = await runSimulation(simulation, {});
  if (simulated.resultType === 'error')
    throw new Error(
      `${request.action} on ${request.resource}: IAM knows no such call: ${JSON.stringify(simulated.errors)}`,
    );
  if (simulated.resultType === 'wildcard') return simulated.overallResult === 'Allowed';
  const { identityAnalysis, permissionBoundaryAnalysis } = simulated.result.analysis;
  const isWithinBoundary = boundary === undefined || permissionBoundaryAnalysis?.result === 'Allowed';
  return identityAnalysis?.result === 'Allowed' && isWithinBoundary;
}

function simulationOf(
  policies: readonly PolicyDocument[],
  { action, resource, context }: PolicyRequest,
  boundary: PolicyDocument | undefined,
): Simulation {
  return {
    request: {
      principal: PRINCIPAL,
      action,
      resource: { resource, accountId: ACCOUNT_ID },
      contextVariables: Object.fromEntries(
        Object.entries(context).map(([key, values]) => [key, [...values]]),
      ),
    },
    identityPolicies: policies.map(named),
    ...(boundary && { permissionBoundaryPolicies: [named(boundary)] }),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  };
}

const named = (policy: PolicyDocument) => ({ name: 'policy', policy: { Version: '2012-10-17', ...policy } });
