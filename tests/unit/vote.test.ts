import { describe, expect, it } from 'vitest';
import { VoteCounter } from '../../lib/classifier/vote.ts';

describe('VoteCounter', () => {
  const votes = new VoteCounter(3);

  it('lets the majority win and tells its share', () => {
    expect(votes.count([2, 1, 2, 2], [1, 1, 1, 1], 4)).toEqual({ winner: 2, share: 0.75 });
  });

  it('gives a tie to the class with the smaller summed distance, not to the farther one', () => {
    expect(votes.count([2, 0, 2, 0], [1, 2, 3, 4], 4).winner).toBe(2);
    expect(votes.count([0, 2, 0, 2], [1, 2, 3, 4], 4).winner).toBe(0);
  });

  it('gives a tie in distance to the smaller class', () => {
    expect(votes.count([2, 1], [1, 1], 2).winner).toBe(1);
  });

  it('counts only the neighbours asked for, and starts anew each time', () => {
    expect(votes.count([0, 1, 1], [1, 2, 3], 1)).toEqual({ winner: 0, share: 1 });
    expect(votes.count([0, 1, 1], [1, 2, 3], 3).winner).toBe(1);
  });

  it('never lets a class without a vote win', () => {
    expect(votes.count([2], [5], 1)).toEqual({ winner: 2, share: 1 });
  });
});
