import {
  DeleteFunctionCommand,
  type LambdaClient,
  paginateListVersionsByFunction,
  ResourceConflictException,
} from '@aws-sdk/client-lambda';
import { type AliasLocation, readAlias } from './alias-traffic.ts';
import type { Deployment } from './deployment.ts';

/** How many of the newest versions of each function stay: enough to go back a few releases. */
const KEPT_VERSIONS = 5;

interface Pruner {
  readonly lambda: LambdaClient;
  readonly say: (line: string) => void;
}

/**
 * Deletes old versions of every deployed function. An account has 75 GB for the code of all versions, and
 * each release adds to it. The newest ones stay, and those that the alias names: what serves, what gets a
 * share, and what served before.
 *
 * @returns the number of deleted versions
 * @throws errors of Lambda, except for a version that another alias holds
 */
export async function pruneVersions(deployment: Deployment, pruner: Pruner): Promise<number> {
  let deleted = 0;
  for (const { functionName } of deployment.functions)
    deleted += await pruneFunction({ functionName, alias: deployment.alias }, pruner);
  if (deleted > 0) pruner.say(`Deleted ${deleted} old versions of functions`);
  return deleted;
}

async function pruneFunction(at: AliasLocation, { lambda, say }: Pruner): Promise<number> {
  const { functionName: FunctionName } = at;
  const { version, canary, takeover } = await readAlias(lambda, at);
  const serving = new Set([version, canary?.version, takeover?.from]);
  const old = (await versionsOf(lambda, FunctionName)).slice(0, -KEPT_VERSIONS);
  let deleted = 0;
  for (const Qualifier of old.filter((each) => !serving.has(each))) {
    try {
      await lambda.send(new DeleteFunctionCommand({ FunctionName, Qualifier }));
      deleted++;
    } catch (error) {
      if (!(error instanceof ResourceConflictException)) throw error;
      say(`${FunctionName} version ${Qualifier} stays: ${error.message}`);
    }
  }
  return deleted;
}

/** The published versions, oldest first. */
async function versionsOf(client: LambdaClient, FunctionName: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { Versions = [] } of paginateListVersionsByFunction({ client }, { FunctionName }))
    found.push(...Versions.flatMap(({ Version = '' }) => (/^\d+$/.test(Version) ? [Version] : [])));
  return found.toSorted((a, b) => Number(a) - Number(b));
}
