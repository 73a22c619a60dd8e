/** Numbers in [0, 1) that follow from the seed (not 0) alone (Marsaglia, 2003): small, and the same everywhere. */
export function xorshift(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
