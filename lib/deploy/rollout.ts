import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { checkAlarms } from './alarm-brake.ts';
import type { Deployment } from './deployment.ts';
import { probeVersion } from './probe-version.ts';
import { giveShare, type Move, moveBack, movesOf, planMoves } from './rollout-moves.ts';

/** How to roll out. */
export interface RolloutPlan {
  readonly deployment: Deployment;
  /** Names this rollout, such as a commit; a second run of the same name goes on where the first stopped. */
  readonly release: string;
  /** Share of the calls that a new version gets first, above 0 and below 1. */
  readonly canaryShare: number;
  readonly canaryMs: number;
  readonly alarmsEveryMs: number;
}

/** What a rollout works on, and what it asks in between. */
export interface RolloutWorld {
  readonly lambda: LambdaClient;
  readonly cloudwatch: CloudWatchClient;
  /** Uploads data, and waits until the registry holds a champion. Throws to stop the rollout. */
  readonly prepare: () => Promise<void>;
  /** Predicts through the API. Throws to stop the rollout. */
  readonly smoke: () => Promise<void>;
  readonly now: () => number;
  /** Rejects when the rollout was told to stop. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly say: (line: string) => void;
}

/** What became of a release: `failed` when there was nothing to move back. */
export interface RolloutOutcome {
  readonly outcome: 'done' | 'failed' | 'rolled_back' | 'rollback_incomplete';
  readonly release: string;
  /** What moved, by version; where it was moved back, `from` serves again. */
  readonly functions: readonly { readonly function: string; readonly from: string; readonly to: string }[];
  readonly reason?: string;
  /** Functions that could not be moved back, and what to do. */
  readonly stuck?: readonly string[];
}

/**
 * Moves every function's alias to its new version, under watch, and back again when anything fails.
 *
 * 1. No alarm may ring already, and each new version is asked directly before it gets any traffic.
 * 2. Functions that events trigger move at once: nobody waits for them, and an event that fails is tried again.
 * 3. The HTTP functions' new versions get a share of the calls; data is uploaded, the registry holds a champion, predictions are
 *    made, and for the canary's time every alarm is watched.
 * 4. All calls go to the new versions, predictions are made again, and the alarms looked at once more.
 *
 * Unchanged functions are left alone: Terraform publishes no version for equal bytes and settings. Nothing is kept outside the
 * aliases, so a run that was killed is taken up by the next. What was trained meanwhile stays: the registry has its own roll back.
 *
 * Weighted aliases rather than CodeDeploy. It moves the same weights and watches the same alarms, but from AWS's side, its one
 * advantage: when the runner dies here, traffic stays at the canary's share until the next run. Against it: it knows one function at
 * a time, so it cannot turn all back when one fails; it needs an application, a role and a deployment group per function, and a Lambda
 * function of its own to predict before traffic moves; and none of it runs without an account, while this is tested on any machine.
 *
 * @returns what became of it; a release that fails is an outcome, not an exception.
 * @throws AlarmError when an alarm rings before anything was touched; else what reading alarms and aliases throws.
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
 * Takes a release back: what it moved, wholly or in part, serves the version from before again. Without effect when it moved nothing.
 *
 * @throws what reading the aliases throws.
 */
export async function takeBack(
  deployment: Deployment,
  release: string,
  world: Pick<RolloutWorld, 'lambda' | 'say'>,
): Promise<RolloutOutcome> {
  return back(release, await movesOf(deployment, release, world), world);
}

async function shift(plan: RolloutPlan, world: RolloutWorld, moves: readonly Move[]): Promise<void> {
  for (const { target } of moves) {
    const asked = await probeVersion(world.lambda, target);
    world.say(`${target.key}: version ${target.version} ${asked ? 'answers' : 'has no harmless question'}`);
  }
  const http = moves.filter(({ target }) => target.trigger === 'http');
  const behind = http.filter(({ target, state }) => state.version !== target.version);
  const give = (move: Move, share: number) => giveShare(move, share, plan.release, world);
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
    await world.sleep(Math.min(leftMs, plan.alarmsEveryMs));
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
