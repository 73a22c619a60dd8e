import { GetAliasCommand, type LambdaClient, UpdateAliasCommand } from '@aws-sdk/client-lambda';

/** The versions that receive an alias's calls. */
export interface Traffic {
  readonly version: string;
  /** A second version and its share of the calls, above 0 and below 1. */
  readonly canary?: { readonly version: string; readonly share: number } | undefined;
}

/** The current state of an alias. */
export interface AliasState extends Traffic {
  /**
   * The release that moved the alias last and the version that served before. Kept in the alias's
   * description.
   */
  readonly takeover: Takeover | undefined;
  /** Changes with every update. The next update compares and sets by it. */
  readonly revisionId: string;
}

export interface Takeover {
  readonly release: string;
  readonly from: string;
}

/** One function's alias. */
export interface AliasLocation {
  readonly functionName: string;
  readonly alias: string;
}

/** Somebody else moved the alias: a second rollout, or a person. */
export class AliasMovedError extends Error {}

export async function readAlias(
  lambda: LambdaClient,
  { functionName, alias }: AliasLocation,
): Promise<AliasState> {
  const found = await lambda.send(new GetAliasCommand({ FunctionName: functionName, Name: alias }));
  const [second] = Object.entries(found.RoutingConfig?.AdditionalVersionWeights ?? {});
  return {
    version: found.FunctionVersion ?? '',
    canary: second && { version: second[0], share: second[1] },
    takeover: readTakeover(found.Description ?? ''),
    revisionId: found.RevisionId ?? '',
  };
}

/**
 * Moves an alias if it is still as `seen`.
 *
 * When a reply is lost, the SDK sends the request again, and the second attempt fails because the first one
 * succeeded. So after any failure the alias is read again, and it counts as a success when the traffic is as
 * wanted.
 *
 * @throws AliasMovedError when the alias is neither as seen nor as wanted; otherwise the error of Lambda
 */
export async function moveAlias(
  lambda: LambdaClient,
  at: AliasLocation,
  seen: AliasState,
  wanted: Traffic & { readonly takeover: Takeover | undefined },
): Promise<AliasState> {
  try {
    await lambda.send(
      new UpdateAliasCommand({
        FunctionName: at.functionName,
        Name: at.alias,
        FunctionVersion: wanted.version,
        // Sent even when it is empty: Lambda keeps the old value of a field that is left out.
        RoutingConfig: {
          AdditionalVersionWeights: wanted.canary ? { [wanted.canary.version]: wanted.canary.share } : {},
        },
        Description: describe(wanted.takeover),
        RevisionId: seen.revisionId,
      }),
    );
  } catch (error) {
    const now = await readAlias(lambda, at);
    if (isTraffic(now, wanted)) return now;
    if (now.revisionId === seen.revisionId) throw error;
    throw new AliasMovedError(
      `${at.functionName}: expected alias ${at.alias} at ${shownTraffic(seen)}, found it at ${shownTraffic(now)}: somebody else moves it too. Run the rollout again when they have finished.`,
      { cause: error },
    );
  }
  return readAlias(lambda, at);
}

const isTraffic = (a: Traffic, b: Traffic) =>
  a.version === b.version && a.canary?.version === b.canary?.version && a.canary?.share === b.canary?.share;

export const shownTraffic = ({ version, canary }: Traffic) =>
  canary === undefined
    ? `version ${version}`
    : `version ${version}, ${(canary.share * 100).toFixed(0)}% at version ${canary.version}`;

const TAKEOVER = /^Release (\S{1,128}) took over from version (\d+)\.$/;

/** Stored in the alias itself, so that a rollout on another machine can continue or move back. */
function describe(takeover: Takeover | undefined): string {
  return takeover === undefined
    ? 'What callers reach; moved by the rollout, not by Terraform.'
    : `Release ${takeover.release} took over from version ${takeover.from}.`;
}

function readTakeover(description: string): Takeover | undefined {
  const match = TAKEOVER.exec(description);
  return match ? { release: match[1]!, from: match[2]! } : undefined;
}
