import { isModelName, MODEL_NAME_RULE } from '../names.ts';
import { sha256Hex } from '../sha256.ts';
import { shown, unsafeCharacter } from '../text-safety.ts';

/**
 * Every token begins with this, so that secret scanners recognise a leaked token. `skc_` is followed by 43
 * characters of base64url.
 */
const TOKEN_PREFIX = 'skc_';
const TOKEN = /^skc_[A-Za-z0-9_-]{43}$/;

/** 256 bits, which cannot be guessed. So storing a plain hash, without salt or stretching, is safe. */
export const TOKEN_BYTES = 32;

/** The key under which the index by time lists all tokens. */
export const TOKENS_BY_TIME = 'TOKENS';

/** Number of digits of a token's sha256 that identify the token to people. */
export const TOKEN_ID_DIGITS = 12;

const MAX_NAME_LENGTH = 64;

/** @param bytes TOKEN_BYTES from a cryptographic generator */
export function tokenText(bytes: Uint8Array): string {
  return `${TOKEN_PREFIX}${Buffer.from(bytes).toString('base64url')}`;
}

/** Whether a text has the form of a token. If not, no look-up is needed. */
export function isTokenText(text: string): boolean {
  return TOKEN.test(text);
}

/** In hexadecimal. The registry identifies a token by it. */
export function tokenSha256(token: string): string {
  return sha256Hex(token);
}

/**
 * The fault of a token's name, or undefined when the name is valid. The name becomes the actor in logs and is
 * printed to terminals.
 */
export function tokenNameFault(name: string): string | undefined {
  const unsafe = unsafeCharacter(name);
  if (unsafe !== undefined) return `expected a name without invisible characters, found ${unsafe}`;
  if (!name.isWellFormed()) return 'expected a name in valid Unicode';
  if (name.trim() === '' || name !== name.trim() || name.length > MAX_NAME_LENGTH) {
    return `expected a name of 1 to ${MAX_NAME_LENGTH} characters, without spaces at its ends`;
  }
  return undefined;
}

/** Each request carries the names from the authorizer to the function. */
const MAX_TOKEN_MODELS = 20;

/** The fault of the models that a token shall be bound to, or undefined when there is none. */
export function tokenModelsFault(models: readonly string[]): string | undefined {
  const faulty = models.find((model) => !isModelName(model));
  if (faulty !== undefined) return `expected the name of a model, ${MODEL_NAME_RULE}, got ${shown(faulty)}`;
  if (models.length >= 1 && models.length <= MAX_TOKEN_MODELS) return undefined;
  return `expected 1 to ${MAX_TOKEN_MODELS} models, got ${models.length}`;
}
