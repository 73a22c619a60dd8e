import { describe, expect, it } from 'vitest';
import { classFactors, VoteTally, type VoteWeights } from '../../../lib/classifier/vote.ts';

const PLAIN = Float64Array.of(1, 1, 1);
const votes = new VoteTally(3);

function count(labels: number[], distances: number[], weights: VoteWeights = 'uniform', factors = PLAIN) {
  votes.reset();
  labels.forEach((label, i) => {
    votes.add(label, distances[i]!);
  });
  const winner = votes.winner(weights, factors);
  return { winner, share: votes.share(winner, weights, factors) };
}

describe('VoteTally', () => {
  it('lets the majority win and gives its share', () => {
    expect(count([2, 1, 2, 2], [1, 1, 1, 1])).toEqual({ winner: 2, share: 0.75 });
  });

  it('resolves a tie for the class with the smaller summed distance', () => {
    expect(count([2, 0, 2, 0], [1, 2, 3, 4]).winner).toBe(2);
    expect(count([0, 2, 0, 2], [1, 2, 3, 4]).winner).toBe(0);
  });

  it('resolves a tie in distance for the smaller class index', () => {
    expect(count([2, 1], [1, 1]).winner).toBe(1);
  });

  it('starts from zero after a reset', () => {
    expect(count([0], [1])).toEqual({ winner: 0, share: 1 });
    expect(count([1, 1, 0], [1, 2, 3]).winner).toBe(1);
    expect(count([2], [5])).toEqual({ winner: 2, share: 1 });
  });

  it('gives nearer neighbours more weight when it weighs by distance', () => {
    expect(count([0, 1, 1], [1, 3, 3]).winner).toBe(1);
    expect(count([0, 1, 1], [1, 3, 3], 'distance')).toEqual({ winner: 0, share: 1 / (1 + 2 / 3) });
  });

  it('lets only coinciding neighbours vote if there are any, however small the other distances', () => {
    expect(count([0, 1, 1], [0, Number.MIN_VALUE, 1], 'distance')).toEqual({ winner: 0, share: 1 });
    expect(count([0, 1, 1], [Number.MIN_VALUE, 1e308, 1e308], 'distance').winner).toBe(0);
  });

  it('multiplies votes by the factors of their classes', () => {
    const factors = Float64Array.of(1, 4, 1);
    expect(count([0, 0, 0, 1], [1, 1, 1, 1], 'uniform', factors)).toEqual({ winner: 1, share: 4 / 7 });
  });
});

describe('classFactors', () => {
  it('divides by the share, or by its root, or leaves votes as they are', () => {
    expect([...classFactors([1, 3, 0], 0)]).toEqual([1, 1, 1]);
    expect([...classFactors([1, 3, 0], 0.5)]).toEqual([2, Math.sqrt(4 / 3), 1]);
    expect([...classFactors([1, 3, 0], 1)]).toEqual([4, 4 / 3, 1]);
  });
});
