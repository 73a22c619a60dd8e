import { sha256Hex } from '../sha256.ts';
import { unsafeCharacter } from '../text-safety.ts';

/** What every token begins with, so that secret scanners find one that leaked: `skc_` and 43 characters of base64url. */
const TOKEN_PREFIX = 'skc_';
const TOKEN = /^skc_[A-Za-z0-9_-]{43}$/;

/** 256 bits: no attacker guesses one, which is why a plain hash without salt or stretching is enough to store. */
export const TOKEN_BYTES = 32;

/** Under which key of the index by time all tokens are listed. */
export const TOKENS_BY_TIME = 'TOKENS';

/** The digits of a token's sha256 that stand for it where people see it. */
export const TOKEN_ID_DIGITS = 12;

const MAX_NAME_LENGTH = 64;

/** @param bytes TOKEN_BYTES of a cryptographic generator */
export function tokenText(bytes: Uint8Array): string {
  return `${TOKEN_PREFIX}${Buffer.from(bytes).toString('base64url')}`;
}

/** Whether a text looks like a token: only then is it worth a look into the table. */
export function isTokenText(text: string): boolean {
  return TOKEN.test(text);
}

/** In hex: what the registry knows a token by. */
export function tokenSha256(token: string): string {
  return sha256Hex(token);
}

/** What is wrong with a token's name, which becomes the actor in logs and is printed to terminals; undefined when it is fine. */
export function tokenNameFault(name: string): string | undefined {
  const unsafe = unsafeCharacter(name);
  if (unsafe !== undefined) return `expected a name without invisible characters, found ${unsafe}`;
  if (!name.isWellFormed()) return 'expected a name in valid Unicode';
  if (name.trim() === '' || name !== name.trim() || name.length > MAX_NAME_LENGTH) {
    return `expected a name of 1 to ${MAX_NAME_LENGTH} characters, without spaces at its ends`;
  }
  return undefined;
}
