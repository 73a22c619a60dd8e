import { isAbsolute } from 'node:path';
import { ConfigurationError } from '../../errors.ts';

/** One function, as deployed on this machine. */
export interface FunctionDefinition {
  readonly name: string;
  /** Absolute path of the ESM bundle; its export `handler` is called. */
  readonly bundle: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memorySizeMb: number;
  /** The maximum number of concurrent invocations, and so of child processes. */
  readonly maxConcurrency: number;
}

/** The result of an invocation that reached the function. */
export interface InvocationResult {
  readonly requestId: string;
  /** JSON text: what the handler returned, or `{errorType, errorMessage, trace}`. */
  readonly payload: string;
  /** Present when the function failed. The Node.js runtime always gives `Unhandled`. */
  readonly functionError?: 'Unhandled' | 'Handled';
}

/** Region and account of functions: part of their ARN, their environment and their metrics. */
export interface AccountLocation {
  readonly region: string;
  readonly accountId: string;
}

/** The unqualified ARN of a function. */
export function functionArn({ region, accountId }: AccountLocation, name: string): string {
  return `arn:aws:lambda:${region}:${accountId}:function:${name}`;
}

/**
 * Checks every definition against Lambda's own limits and reports all faults together.
 *
 * @throws ConfigurationError naming function, field, what was expected and what was found
 */
export function checkDefinitions(definitions: readonly FunctionDefinition[]): void {
  const faults = definitions.flatMap(faultsOf);
  const names = definitions.map(({ name }) => name);
  const repeated = names.filter((name, index) => names.indexOf(name) !== index);
  faults.push(
    ...repeated.map((name) => `function ${JSON.stringify(name)}: defined twice; names must differ`),
  );
  if (faults.length > 0) throw new ConfigurationError(faults);
}

function faultsOf(definition: FunctionDefinition): string[] {
  const { name, bundle, timeoutSeconds, memorySizeMb, maxConcurrency } = definition;
  const checks: [boolean, string, unknown][] = [
    [/^[\w-]{1,64}$/u.test(name), 'name: expected 1 to 64 letters, digits, - and _', name],
    [isAbsolute(bundle), 'bundle: expected an absolute path', bundle],
    [within(timeoutSeconds, 0.001, 900), 'timeoutSeconds: expected more than 0, at most 900', timeoutSeconds],
    [within(memorySizeMb, 128, 10_240), 'memorySizeMb: expected 128 to 10240', memorySizeMb],
    [
      Number.isInteger(maxConcurrency) && within(maxConcurrency, 1, 1000),
      'maxConcurrency: expected 1 to 1000',
      maxConcurrency,
    ],
  ];
  return checks.flatMap(([ok, expected, got]) =>
    ok ? [] : [`function ${JSON.stringify(name)}: ${expected}, got ${JSON.stringify(got)}`],
  );
}

function within(value: number, low: number, high: number): boolean {
  return value >= low && value <= high;
}
