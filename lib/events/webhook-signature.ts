import { createHmac } from 'node:crypto';

/**
 * Signatures of webhooks by the Standard Webhooks specification, version 1, for which many languages have a
 * library. Source: https://github.com/standard-webhooks/standard-webhooks
 */
const SECRET_PREFIX = 'whsec_';
const MIN_SECRET_BYTES = 24;
const MAX_SECRET_BYTES = 64;

/** What a secret must be, in words. */
export const SECRET_RULE = `${SECRET_PREFIX} and the base64 of ${MIN_SECRET_BYTES} to ${MAX_SECRET_BYTES} random bytes`;

/** The bytes of a secret; undefined when the text is none. */
export function secretBytes(text: string): Buffer | undefined {
  if (!/^whsec_[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text.slice(SECRET_PREFIX.length), 'base64');
  return bytes.length >= MIN_SECRET_BYTES && bytes.length <= MAX_SECRET_BYTES ? bytes : undefined;
}

/** A secret as text. */
export const secretText = (bytes: Uint8Array) => `${SECRET_PREFIX}${Buffer.from(bytes).toString('base64')}`;

/** What is signed: a message's id, when it is sent, and its body as it is sent. */
export interface SignedMessage {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  readonly body: string;
}

/** The headers of a message, in lower case. */
export function signatureHeaders(
  { id, timestamp, body }: SignedMessage,
  secret: Uint8Array,
): Readonly<Record<string, string>> {
  const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${signature}`,
  };
}
