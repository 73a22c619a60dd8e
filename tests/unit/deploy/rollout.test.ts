import { describe, expect, it } from 'vitest';
import { rollBack, rollOut } from '../../../lib/deploy/rollout.ts';
import { AliasWorld, DEPLOYMENT, PLAN } from '../../simulation/alias-world.ts';

const OLD = { models: '1', predict: '1', train: '1' };
const NEW = { models: '2', predict: '2', train: '2' };

describe('rollout', () => {
  it('moves the pipeline at once, then the API by a canary, and everything after the watch', async () => {
    const world = new AliasWorld(OLD);
    const result = await rollOut(PLAN, world);
    expect(result).toEqual({
      outcome: 'done',
      release: 'abc1234',
      functions: ['models', 'predict', 'train'].map((name) => ({ function: name, from: '1', to: '2' })),
    });
    expect(world.events).toEqual([
      'alarms',
      'train -> 2',
      'models -> 1+2@0.1',
      'predict -> 1+2@0.1',
      'prepare',
      'smoke',
      ...['alarms', 'sleep', 'alarms', 'sleep', 'alarms', 'sleep', 'alarms', 'sleep', 'alarms'],
      'models -> 2',
      'predict -> 2',
      'smoke',
      'alarms',
    ]);
    expect(world.traffic()).toEqual(NEW);
  });

  it('moves only the functions that have a new version', async () => {
    const world = new AliasWorld({ ...NEW, models: '1' });
    expect(await rollOut(PLAN, world)).toMatchObject({
      outcome: 'done',
      functions: [{ function: 'models', from: '1', to: '2' }],
    });
    expect(world.moves()).toEqual(['models -> 1+2@0.1', 'models -> 2']);
  });

  it('moves nothing when nothing has changed, but still predicts', async () => {
    const world = new AliasWorld(NEW);
    expect(await rollOut(PLAN, world)).toMatchObject({ outcome: 'done', functions: [] });
    expect(world.events).toEqual(['alarms', 'prepare', 'smoke', 'alarms']);
    expect(world.lines).toContain('No function has changed');
  });

  it('reports a failure without a rollback when nothing has changed and no prediction is answered', async () => {
    const world = new AliasWorld(NEW);
    world.smoke = () => Promise.reject(new Error('POST /predict: got 500'));
    expect(await rollOut(PLAN, world)).toEqual({
      outcome: 'failed',
      release: 'abc1234',
      functions: [],
      reason: 'POST /predict: got 500',
    });
  });

  it('has no canary to watch when only the pipeline has changed', async () => {
    const world = new AliasWorld({ ...NEW, train: '1' });
    expect(await rollOut(PLAN, world)).toMatchObject({ outcome: 'done' });
    expect(world.events).toEqual(['alarms', 'train -> 2', 'prepare', 'smoke', 'alarms']);
  });
});

describe('the brake', () => {
  it('refuses to start while an alarm is on, with its reason', async () => {
    const world = new AliasWorld(OLD);
    world.ringing.add('latency');
    await expect(rollOut(PLAN, world)).rejects.toThrow('in alarm: latency (because)');
    expect(world.moves()).toEqual([]);
  });

  it('refuses to start when a named alarm does not exist', async () => {
    const world = new AliasWorld(OLD);
    world.alarms.delete('errors');
    await expect(rollOut(PLAN, world)).rejects.toThrow('expected the alarms errors, found none of that name');
    expect(world.moves()).toEqual([]);
  });

  it.each([2, 3, 4, 6])('moves everything back when an alarm goes off at the %ith check', async (look) => {
    const world = new AliasWorld(OLD);
    world.onEvent = (event, nth) => {
      if (event === 'alarms' && nth === look) world.ringing.add('errors');
    };
    expect(await rollOut(PLAN, world)).toMatchObject({
      outcome: 'rolled_back',
      reason: 'in alarm: errors (because)',
    });
    expect(world.traffic()).toEqual(OLD);
  });

  it('moves everything back when an alarm goes off after all traffic has moved', async () => {
    const world = new AliasWorld(OLD);
    world.onEvent = (event) => {
      if (event === 'predict -> 2') world.ringing.add('errors');
    };
    expect(await rollOut(PLAN, world)).toMatchObject({ outcome: 'rolled_back' });
    expect(world.traffic()).toEqual(OLD);
    expect(world.moves().slice(-3)).toEqual(['train -> 1', 'predict -> 1', 'models -> 1']);
  });

  it('moves everything back when the alarms can no longer be read', async () => {
    const world = new AliasWorld(OLD);
    world.onEvent = (event, nth) => {
      if (event === 'alarms' && nth === 3) throw new Error('CloudWatch: AccessDenied');
    };
    expect(await rollOut(PLAN, world)).toMatchObject({
      outcome: 'rolled_back',
      reason: 'CloudWatch: AccessDenied',
    });
    expect(world.traffic()).toEqual(OLD);
  });
});

describe('what stops a rollout', () => {
  it.each([
    ['throws', { error: 'Unhandled', payload: { errorMessage: 'no MODELS_BUCKET' } }, /no MODELS_BUCKET/],
    ['answers 500', { payload: { statusCode: 500 } }, /expected an answer below 500, or 503, got 500/],
  ])('gives no traffic to a version that %s', async (_, answer, message) => {
    const world = new AliasWorld(OLD);
    world.invocation = (name, version) =>
      name === 'predict' && version === '2' ? answer : { payload: { statusCode: 503 } };
    expect(await rollOut(PLAN, world)).toMatchObject({
      outcome: 'rolled_back',
      reason: expect.stringMatching(message),
    });
    expect(world.moves()).toEqual([]);
    expect(world.traffic()).toEqual(OLD);
  });

  it.each([1, 2])('moves everything back when the predictions fail in round %i', async (time) => {
    const world = new AliasWorld(OLD);
    let smokes = 0;
    world.smoke = async () => {
      if (++smokes === time) throw new Error('POST /predict, 3 of 20: expected a prediction, got 500');
    };
    const result = await rollOut(PLAN, world);
    expect(result).toMatchObject({ outcome: 'rolled_back', reason: expect.stringContaining('3 of 20') });
    expect(world.traffic()).toEqual(OLD);
    expect(world.lines).toContain('predict: back at version 1');
  });

  it('moves everything back when no model becomes ready', async () => {
    const world = new AliasWorld(OLD);
    world.prepare = () => Promise.reject(new Error('GET /health: expected 200 within 1200 s, got 503'));
    expect(await rollOut(PLAN, world)).toMatchObject({ outcome: 'rolled_back' });
    expect(world.traffic()).toEqual(OLD);
  });

  it('moves everything back when it is told to stop', async () => {
    const world = new AliasWorld(OLD);
    world.sleep = () => Promise.reject(new Error('stopped by SIGTERM'));
    expect(await rollOut(PLAN, world)).toMatchObject({
      outcome: 'rolled_back',
      reason: 'stopped by SIGTERM',
    });
    expect(world.traffic()).toEqual(OLD);
  });
});

describe('a call that moves an alias', () => {
  it.each(['reply_lost', 'retried_after_lost_reply'] as const)(
    'counts as done when its fate is %s',
    async (fate) => {
      const world = new AliasWorld(OLD);
      world.fateOf = () => fate;
      expect(await rollOut(PLAN, world)).toMatchObject({ outcome: 'done' });
      expect(world.traffic()).toEqual(NEW);
    },
  );

  it.each([1, 2, 3, 4, 5])('moves everything back when call %i never arrives', async (nth) => {
    const world = new AliasWorld(OLD);
    world.fateOf = (_, update) => (update === nth ? 'unsent' : 'pass');
    expect(await rollOut(PLAN, world)).toMatchObject({ outcome: 'rolled_back', reason: 'socket hang up' });
    expect(world.traffic()).toEqual(OLD);
  });

  it('stops the rollout when somebody else moves the alias, and leaves their move alone', async () => {
    const world = new AliasWorld(OLD);
    world.fateOf = (name, update) => (name === 'predict' && update === 3 ? 'overtaken' : 'pass');
    expect(await rollOut(PLAN, world)).toMatchObject({
      outcome: 'rolled_back',
      reason:
        'predict: expected alias live at version 1, found it at version 99: somebody else moves it too. Run the rollout again when they have finished.',
    });
    expect(world.traffic()).toEqual({ ...OLD, predict: '99' });
  });

  it('is reported with the command to use when it fails on the way back, and the others still move back', async () => {
    const world = new AliasWorld(OLD);
    world.smoke = () => Promise.reject(new Error('no prediction'));
    world.fateOf = (name, update) => (name === 'predict' && update > 3 ? 'unsent' : 'pass');
    const result = await rollOut(PLAN, world);
    expect(result).toMatchObject({
      outcome: 'rollback_incomplete',
      reason: 'no prediction',
      stuck: [
        'predict: could not be moved back to version 1 (socket hang up); by hand: aws lambda update-alias --function-name predict --name live --function-version 1 --routing-config AdditionalVersionWeights={}',
      ],
    });
    expect(world.traffic()).toEqual({ ...OLD, predict: '1+2@0.1' });
  });
});

describe('a second run', () => {
  it.each([
    ['before the canary is whole', 'models -> 1+2@0.1'],
    ['during the watch', 'smoke'],
    ['when half of the traffic has moved', 'models -> 2'],
  ])('finishes a run of the same release that stopped %s', async (_, event) => {
    const first = new AliasWorld(OLD);
    const died = first.diesAt(event);
    void rollOut(PLAN, first);
    await died;
    const world = new AliasWorld(OLD);
    for (const [name, alias] of first.aliases) world.aliases.set(name, alias);
    expect(world.traffic()).not.toEqual(OLD);
    expect(await rollOut(PLAN, world)).toMatchObject({ outcome: 'done' });
    expect(world.traffic()).toEqual(NEW);
  });

  it('moves back to the version before the release, not to the state that the first run left', async () => {
    const world = new AliasWorld(OLD);
    await rollOut(PLAN, world);
    world.smoke = () => Promise.reject(new Error('no prediction'));
    expect(await rollOut(PLAN, world)).toMatchObject({ outcome: 'rolled_back' });
    expect(world.traffic()).toEqual(OLD);
  });

  it('of another release does not move back behind the first release', async () => {
    const world = new AliasWorld({ ...NEW, train: '1' });
    await rollOut(PLAN, world);
    world.smoke = () => Promise.reject(new Error('no prediction'));
    expect(await rollOut({ ...PLAN, release: 'def5678' }, world)).toMatchObject({ outcome: 'failed' });
    expect(world.traffic()).toEqual(NEW);
  });

  it("replaces another release's canary", async () => {
    const world = new AliasWorld(OLD);
    world.aliases.set('predict', { version: '1', weights: { 7: 0.1 }, description: '', revision: 5 });
    await rollOut(PLAN, world);
    expect(world.traffic()).toEqual(NEW);
    expect(world.lines).toContain('predict: version 1, 10% at version 7; goes to version 2');
  });

  it("ends another release's canary on a version that already serves", async () => {
    const world = new AliasWorld(NEW);
    world.aliases.set('predict', { version: '2', weights: { 7: 0.1 }, description: '', revision: 5 });
    await rollOut(PLAN, world);
    expect(world.traffic()).toEqual(NEW);
  });
});

describe('taking a release back', () => {
  it('moves back what it moved, and has no effect the second time', async () => {
    const world = new AliasWorld({ ...OLD, models: '2' });
    await rollOut(PLAN, world);
    expect(await rollBack(DEPLOYMENT, 'abc1234', world)).toMatchObject({
      outcome: 'rolled_back',
      functions: [
        { function: 'predict', from: '1', to: '2' },
        { function: 'train', from: '1', to: '2' },
      ],
    });
    expect(world.traffic()).toEqual({ ...OLD, models: '2' });
    const moves = world.moves().length;
    expect(await rollBack(DEPLOYMENT, 'abc1234', world)).toMatchObject({ outcome: 'failed', functions: [] });
    expect(world.moves()).toHaveLength(moves);
  });

  it('leaves another release alone', async () => {
    const world = new AliasWorld(OLD);
    await rollOut(PLAN, world);
    await rollBack(DEPLOYMENT, 'def5678', world);
    expect(world.traffic()).toEqual(NEW);
  });
});
