import { randomFrom } from './csv-fuzz.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

/** FNV-1a, from any start state. */
function fnv1a(text: string, state: number): number {
  let hash = state;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), PRIME);
  return hash | 0;
}

/**
 * Two texts of eight letters that lead from one state to the same next state. The birthday paradox finds them
 * in about 2^16 steps.
 */
function collisionFrom(state: number): { pair: readonly [string, string]; next: number } {
  const seen = new Map<number, string>();
  const random = randomFrom(state);
  for (;;) {
    const text = Array.from({ length: 8 }, () => ALPHABET[random(ALPHABET.length)]).join('');
    const next = fnv1a(text, state);
    const other = seen.get(next);
    if (other !== undefined && other !== text) return { pair: [other, text], next };
    seen.set(next, text);
  }
}

/**
 * 2^bits different texts with the same FNV-1a hash. Source: Joux, "Multicollisions in Iterated Hash
 * Functions", CRYPTO 2004.
 */
export function collidingTexts(bits: number): string[] {
  let texts = [''];
  let state = OFFSET_BASIS;
  for (let i = 0; i < bits; i++) {
    const { pair, next } = collisionFrom(state);
    texts = texts.flatMap((text) => pair.map((half) => text + half));
    state = next;
  }
  return texts;
}
