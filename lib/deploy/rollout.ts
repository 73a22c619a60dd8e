import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { checkAlarms } from './alarm-brake.ts';
import type { Deployment } from './deployment.ts';
import { probeVersion } from './probe-version.ts';
import { type Move, moveBack, movesOf, planMoves, shiftTraffic } from './rollout-moves.ts';

/** How to roll out. */
export interface RolloutPlan {
  readonly deployment: Deployment;
  /**
   * The name of this release, such as a commit. A second run with the same name continues where the first
   * stopped.
   */
  readonly release: string;
  /** The share of the calls that a new version gets first, above 0 and below 1. */
  readonly canaryShare: number;
  readonly canaryMs: number;
  readonly alarmIntervalMs: number;
}

/** What a rollout acts on, and the checks that it makes. */
export interface RolloutWorld {
  readonly lambda: LambdaClient;
  readonly cloudwatch: CloudWatchClient;
  /** Uploads data and waits until the registry has a champion. Throws to stop the rollout. */
  readonly prepare: () => Promise<void>;
  /** Predicts through the API. Throws to stop the rollout. */
  readonly smoke: () => Promise<void>;
  readonly now: () => number;
  /** Rejects when the rollout is told to stop. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly say: (line: string) => void;
}

/** The result of a release. It is `failed` when there was nothing to move back. */
export interface RolloutOutcome {
  readonly outcome: 'done' | 'failed' | 'rolled_back' | 'rollback_incomplete';
  readonly release: string;
  /** The functions that moved, with their versions. After a move back, `from` serves again. */
  readonly functions: readonly { readonly function: string; readonly from: string; readonly to: string }[];
  readonly reason?: string;
  /** The functions that could not be moved back, and what to do about each. */
  readonly stuck?: readonly string[];
}

/**
 * Moves every function's alias to its new version, watches it, and moves it back when anything fails.
 *
 * 1. No alarm may be in the ALARM state, and each new version is called directly before it gets any traffic.
 * 2. Functions that events trigger move at once: nobody waits for them, and a failed event is retried.
 * 3. The new versions of the HTTP functions get a share of the calls. Data is uploaded, the registry has a
 *    champion, predictions are made, and every alarm is watched for the canary's time.
 * 4. All calls go to the new versions. Predictions are made and the alarms are checked once more.
 *
 * Unchanged functions are left alone: Terraform publishes no version when bytes and settings are equal. All
 * state is in the aliases, so the next run continues a run that was killed. Models that were trained in the
 * meantime stay: the registry has its own rollback.
 *
 * Why weighted aliases and not CodeDeploy? CodeDeploy moves the same weights and watches the same alarms. It
 * runs in AWS, which is its one advantage: here, when the runner dies, traffic stays at the canary's share
 * until the next run. But CodeDeploy handles one function at a time, so it cannot move all of them back when
 * one fails. It needs an application, a role and a deployment group for each function, and a Lambda function
 * to predict before traffic moves. And it needs an AWS account, while this code is tested on any machine.
 *
 * @returns the result; a release that fails is a result, not an exception
 * @throws AlarmError when an alarm is in the ALARM state before anything moved; errors of reading alarms and
 *   aliases
 */
export async function rollOut(plan: RolloutPlan, world: RolloutWorld): Promise<RolloutOutcome> {
  await checkAlarms(world.cloudwatch, plan.deployment.alarms);
  const moves = await planMoves(plan.deployment, plan.release, world);
  if (moves.length === 0) world.say('No function has changed');
  try {
    await shift(plan, world, moves);
    return { outcome: 'done', release: plan.release, functions: shown(moves) };
  } catch (error) {
    const reason = (error as Error).message;
    world.say(`Failed: ${reason}`);
    return { ...(await back(plan.release, moves, world)), reason };
  }
}

/**
 * Rolls a release back: every alias that it moved, wholly or in part, serves the earlier version again. Does
 * nothing when it moved nothing.
 *
 * @throws errors of reading the aliases
 */
export async function rollBack(
  deployment: Deployment,
  release: string,
  world: Pick<RolloutWorld, 'lambda' | 'say'>,
): Promise<RolloutOutcome> {
  return back(release, await movesOf(deployment, release, world), world);
}

async function shift(plan: RolloutPlan, world: RolloutWorld, moves: readonly Move[]): Promise<void> {
  for (const { target } of moves) {
    const asked = await probeVersion(world.lambda, target);
    world.say(
      `${target.key}: version ${target.version} ${asked ? 'answers' : 'has no harmless event to be called with'}`,
    );
  }
  const http = moves.filter(({ target }) => target.trigger === 'http');
  const behind = http.filter(({ target, state }) => state.version !== target.version);
  const give = (move: Move, share: number) => shiftTraffic(move, share, plan.release, world);
  for (const move of moves) if (move.target.trigger === 'event') await give(move, 1);
  for (const move of behind) await give(move, plan.canaryShare);
  await world.prepare();
  await world.smoke();
  if (behind.length > 0) await watchAlarms(plan, world);
  for (const move of http) await give(move, 1);
  if (http.length > 0) await world.smoke();
  await checkAlarms(world.cloudwatch, plan.deployment.alarms);
}

async function watchAlarms(plan: RolloutPlan, world: RolloutWorld): Promise<void> {
  const endMs = world.now() + plan.canaryMs;
  world.say(`Watching ${plan.deployment.alarms.length} alarms for ${plan.canaryMs / 1000} s`);
  for (;;) {
    await checkAlarms(world.cloudwatch, plan.deployment.alarms);
    const leftMs = endMs - world.now();
    if (leftMs <= 0) return;
    await world.sleep(Math.min(leftMs, plan.alarmIntervalMs));
  }
}

async function back(
  release: string,
  moves: readonly Move[],
  world: Pick<RolloutWorld, 'lambda' | 'say'>,
): Promise<RolloutOutcome> {
  const stuck = await moveBack(moves, release, world);
  if (stuck.length > 0) return { outcome: 'rollback_incomplete', release, functions: shown(moves), stuck };
  return { outcome: moves.length > 0 ? 'rolled_back' : 'failed', release, functions: shown(moves) };
}

const shown = (moves: readonly Move[]) =>
  moves.map(({ target, from }) => ({ function: target.key, from, to: target.version }));
