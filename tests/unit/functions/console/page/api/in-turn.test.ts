import { expect, it } from 'vitest';
import { inTurn } from '../../../../../../functions/console/page/api/in-turn.ts';

it('does three pieces of work at once, in the order in which they came, and goes on after a failure', async () => {
  const begun: number[] = [];
  const ends: ((isWell: boolean) => void)[] = [];
  const work = (at: number) =>
    inTurn(async () => {
      begun.push(at);
      const isWell = await new Promise<boolean>((resolve) => {
        ends[at] = resolve;
      });
      if (!isWell) throw new Error(`${at} failed`);
      return at;
    });
  const all = Promise.allSettled([0, 1, 2, 3, 4, 5].map(work));
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  await turn();
  expect(begun).toEqual([0, 1, 2]);
  ends[1]!(false);
  await turn();
  expect(begun).toEqual([0, 1, 2, 3]);
  for (const at of [0, 2, 3]) ends[at]!(true);
  await turn();
  expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
  for (const at of [4, 5]) ends[at]!(true);
  expect((await all).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
    'fulfilled',
    'fulfilled',
  ]);
  await expect(inTurn(() => Promise.resolve('again'))).resolves.toBe('again');
});
