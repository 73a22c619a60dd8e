/**
 * Numbers in [0, 1) that depend only on the seed (not 0). Source: Marsaglia, 2003. Small, and the same on
 * every machine.
 */
export function xorshift(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
