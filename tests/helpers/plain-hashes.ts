import { createHash } from 'node:crypto';

/** OpenSSL's BLAKE2s-256, which shares no code with the generated one. */
export const blake2s = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('blake2s256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/**
 * ChaCha's key stream as RFC 8439, section 2.3, defines it, with counter and nonce starting at zero. OpenSSL
 * offers 20 rounds only.
 *
 * @param key 32 bytes
 * @returns 16 words per block
 */
export function chachaWords(key: Uint8Array, rounds: number, blocks: number): Uint32Array {
  const view = new DataView(key.buffer, key.byteOffset, 32);
  const constants = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];
  const stream = new Uint32Array(16 * blocks);
  for (let counter = 0; counter < blocks; counter++) {
    const initial = new Uint32Array([
      ...constants,
      ...Array.from({ length: 8 }, (_, i) => view.getUint32(4 * i, true)),
      counter,
      ...[0, 0, 0],
    ]);
    const state = initial.slice();
    for (let round = 0; round < rounds; round += 2) {
      for (let i = 0; i < 4; i++) quarterRound(state, i, 4 + i, 8 + i, 12 + i);
      for (let i = 0; i < 4; i++)
        quarterRound(state, i, 4 + ((i + 1) & 3), 8 + ((i + 2) & 3), 12 + ((i + 3) & 3));
    }
    for (let i = 0; i < 16; i++) stream[16 * counter + i] = state[i]! + initial[i]!;
  }
  return stream;
}

function quarterRound(state: Uint32Array, a: number, b: number, c: number, d: number): void {
  const addAndTurn = (into: number, other: number, turned: number, bits: number) => {
    state[into]! += state[other]!;
    const mixed = state[turned]! ^ state[into]!;
    state[turned] = (mixed << bits) | (mixed >>> (32 - bits));
  };
  addAndTurn(a, b, d, 16);
  addAndTurn(c, d, b, 12);
  addAndTurn(a, b, d, 8);
  addAndTurn(c, d, b, 7);
}
