import { describe, expect, it } from 'vitest';
import { functionArn } from '../../../../lib/local/lambda/function-definition.ts';
import { TooManyRequestsError } from '../../../../lib/local/lambda/lambda-errors.ts';
import { filledIn, LocalStateMachine } from '../../../../lib/local/step-functions/state-machine.ts';
import BATCH_DEFINITION from '../../../../terraform/state-machines/batch.asl.json' with { type: 'json' };

const definition = filledIn(BATCH_DEFINITION, {
  batch_function_arn: functionArn({ region: 'us-east-1', accountId: '000000000000' }, 'batch'),
});
const TASK = { model: 'm', batch_id: 'b', attempt: 1 };

type Step = Readonly<Record<string, unknown>> & { readonly task: string; readonly lot?: number };
type Answer = object | { readonly error: string };

/** Runs a batch whose steps answer as they are told. */
async function run(answerTo: (step: Step, tries: number) => Answer | Error) {
  const steps: string[] = [];
  const tries = new Map<string, number>();
  const machine = new LocalStateMachine(
    definition,
    async (name, payload) => {
      const step = payload as Step;
      const called = `${step.task}${step.lot === undefined ? '' : ` ${step.lot}`}`;
      steps.push(called);
      tries.set(called, (tries.get(called) ?? 0) + 1);
      expect(name).toBe('batch');
      expect(step).toMatchObject(TASK);
      const answer = answerTo(step, tries.get(called)!);
      if (answer instanceof Error) throw answer;
      const { error } = answer as { error?: string };
      if (error === undefined) return { requestId: 'r', payload: JSON.stringify(answer) };
      const payloadText = JSON.stringify({ errorType: error, errorMessage: 'why' });
      return { requestId: 'r', payload: payloadText, functionError: 'Unhandled' };
    },
    0,
  );
  const result = await machine.run(TASK).result.then(
    () => 'succeeded',
    (error: Error) => error.message,
  );
  return { steps, result };
}

const planned = { outcome: 'planned', lots: [0, 1, 2], concurrency: 1 };
const good = ({ task }: Step): object =>
  task === 'plan' ? planned : task === 'merge' ? { outcome: 'merged' } : {};

describe('the state machine of batches', () => {
  it('plans, predicts each lot, merges and commits', async () => {
    expect(await run(good)).toEqual({
      steps: ['plan', 'predict 0', 'predict 1', 'predict 2', 'merge', 'commit'],
      result: 'succeeded',
    });
  });

  it('ends a refused file as it should, whoever refuses it', async () => {
    const refusing = (refused: string) => (step: Step) =>
      step.task === refused ? { ...planned, outcome: 'refused' } : good(step);
    expect(await run(refusing('plan'))).toEqual({ steps: ['plan'], result: 'succeeded' });
    expect((await run(refusing('merge'))).steps.at(-1)).toBe('merge');
  });

  it('only cleans up behind a batch that was done when its execution began again', async () => {
    const { steps } = await run((step) =>
      step.task === 'plan' ? { outcome: 'done', lots: [], concurrency: 1 } : {},
    );
    expect(steps).toEqual(['plan', 'commit']);
  });

  it('waits for a throttled function as long as it takes, within reason', async () => {
    const { steps, result } = await run((step, tries) =>
      step.task === 'predict' && step.lot === 1 && tries <= 20 ? new TooManyRequestsError() : good(step),
    );
    expect(result).toBe('succeeded');
    expect(steps.filter((step) => step === 'predict 1')).toHaveLength(21);
    const never = await run((step) => (step.task === 'plan' ? new TooManyRequestsError() : {}));
    expect(never.steps.filter((step) => step === 'plan')).toHaveLength(31);
    expect(never.steps.at(-1)).toBe('fail');
  });

  it('tries a step that broke three times more, one that cannot be mended not, and tells of both', async () => {
    for (const [error, tries] of [
      ['Runtime.ExitError', 4],
      ['BatchFailure', 1],
    ] as const) {
      const { steps, result } = await run((step) =>
        step.task === 'predict' && step.lot === 1 ? { error } : good(step),
      );
      expect(steps.filter((step) => step === 'predict 1')).toHaveLength(tries);
      expect(steps.at(-1)).toBe('fail');
      expect(steps).not.toContain('merge');
      expect(result).toContain('The registry has the reason');
    }
  });

  it('needs a value for each variable, and the ARN of a function', () => {
    expect(() => filledIn(BATCH_DEFINITION, {})).toThrow('batch_function_arn');
    const other = filledIn(BATCH_DEFINITION, { batch_function_arn: 'arn:aws:states:::sns:publish' });
    expect(() => new LocalStateMachine(other, () => Promise.reject(new Error('none')))).toThrow();
  });
});
