import type { LambdaClient } from '@aws-sdk/client-lambda';
import { type AliasLocation, type AliasState, moveAlias, readAlias, shownTraffic } from './alias-traffic.ts';
import type { DeployedFunction, Deployment } from './deployment.ts';

/**
 * A function whose alias must move to its new version, or was moved there by an earlier run of the same
 * release.
 */
export interface Move {
  readonly target: DeployedFunction;
  readonly at: AliasLocation;
  /** The version that served before this release. It serves again when the release is moved back. */
  readonly from: string;
  /** The alias when it was last read. */
  state: AliasState;
}

interface Mover {
  readonly lambda: LambdaClient;
  readonly say: (line: string) => void;
}

/**
 * The aliases to move. An alias that is already at its new version is left out, unless this release moved it
 * there.
 */
export async function planMoves(deployment: Deployment, release: string, mover: Mover): Promise<Move[]> {
  const moves: Move[] = [];
  for (const target of deployment.functions) {
    const at = { functionName: target.functionName, alias: deployment.alias };
    const state = await readAlias(mover.lambda, at);
    const ours = state.takeover?.release === release ? state.takeover.from : undefined;
    if (ours === undefined && state.version === target.version && state.canary === undefined) continue;
    moves.push({ target, at, from: ours ?? state.version, state });
    mover.say(`${target.key}: ${shownTraffic(state)}; goes to version ${target.version}`);
  }
  return moves;
}

/** The aliases that a release moved, wholly or in part. */
export async function movesOf(deployment: Deployment, release: string, mover: Mover): Promise<Move[]> {
  const moves = await planMoves(deployment, release, { lambda: mover.lambda, say: () => undefined });
  return moves.filter(({ state }) => state.takeover?.release === release);
}

/** Sends a share of the calls, above 0 and up to 1, to the new version. */
export async function shiftTraffic(move: Move, share: number, release: string, mover: Mover): Promise<void> {
  const { target, at, from, state } = move;
  const takeover = { release, from };
  const wanted =
    share === 1
      ? { version: target.version, takeover }
      : { version: state.version, canary: { version: target.version, share }, takeover };
  move.state = await moveAlias(mover.lambda, at, state, wanted);
  mover.say(`${target.key}: ${shownTraffic(move.state)}`);
}

/**
 * Sends all calls to the earlier versions, in reverse order, and continues when an alias cannot be moved. An
 * alias without this release's mark is left alone: the release did not reach it, or somebody else moved it
 * since.
 *
 * @returns one line for each alias that could not be moved, with the command that moves it by hand
 */
export async function moveBack(moves: readonly Move[], release: string, mover: Mover): Promise<string[]> {
  const stuck: string[] = [];
  for (const { target, at, from } of moves.toReversed()) {
    try {
      const state = await readAlias(mover.lambda, at);
      if (state.takeover?.release !== release) continue;
      await moveAlias(mover.lambda, at, state, { version: from, takeover: undefined });
      mover.say(`${target.key}: back at version ${from}`);
    } catch (error) {
      const byHand = `aws lambda update-alias --function-name ${at.functionName} --name ${at.alias} --function-version ${from} --routing-config AdditionalVersionWeights={}`;
      const line = `${target.key}: could not be moved back to version ${from} (${(error as Error).message}); by hand: ${byHand}`;
      stuck.push(line);
      mover.say(line);
    }
  }
  return stuck;
}
