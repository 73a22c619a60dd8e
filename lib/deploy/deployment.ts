import * as z from 'zod/mini';
import { ConfigurationError } from '../errors.ts';

/** One function, as Terraform deployed it. */
export interface DeployedFunction {
  /** The name of its folder: `predict`. */
  readonly key: string;
  readonly functionName: string;
  /** The newest published version. A rollout moves the alias to it. */
  readonly version: string;
  readonly trigger: 'http' | 'event';
}

/** What a rollout needs to know about the deployed system. */
export interface Deployment {
  readonly apiUrl: string;
  readonly rawBucket: string;
  readonly registryTable: string;
  readonly alias: string;
  readonly alarms: readonly string[];
  readonly functions: readonly DeployedFunction[];
}

const output = <T extends z.core.$ZodType>(schema: T) => z.object({ value: schema });

const outputs = z.object({
  api_url: output(z.url()),
  raw_bucket: output(z.string()),
  registry_table: output(z.string()),
  alias: output(z.string()),
  rollout_alarms: output(z.array(z.string())),
  functions: output(
    z.record(
      z.string(),
      z.object({
        name: z.string(),
        version: z.string().check(z.regex(/^\d+$/, 'expected a published version')),
        triggered_by: z.enum(['http', 'event']),
      }),
    ),
  ),
});

/**
 * Reads the output of `terraform output -json`. Versions come from this output and not from Lambda, so that a
 * rollout moves to the version that was applied, whatever is published later.
 *
 * @throws ConfigurationError naming every output that is missing or has the wrong form
 */
export function readDeployment(text: string): Deployment {
  const parsed = z.safeParse(outputs, parseJson(text));
  if (!parsed.success) {
    throw new ConfigurationError(
      parsed.error.issues.map(
        ({ path, message }) => `terraform output ${path.join('.') || '-json'}: ${message}`,
      ),
    );
  }
  const { api_url, raw_bucket, registry_table, alias, rollout_alarms, functions } = parsed.data;
  return {
    apiUrl: api_url.value.replace(/\/$/, ''),
    rawBucket: raw_bucket.value,
    registryTable: registry_table.value,
    alias: alias.value,
    alarms: rollout_alarms.value,
    functions: Object.entries(functions.value).map(([key, { name, version, triggered_by }]) => ({
      key,
      functionName: name,
      version,
      trigger: triggered_by,
    })),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConfigurationError([
      `terraform output: expected JSON, got ${text.length} characters that are not JSON (${(error as Error).message})`,
    ]);
  }
}
