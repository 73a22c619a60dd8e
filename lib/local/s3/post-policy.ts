import * as z from 'zod/mini';
import { secretOf, wrongSignature } from './presigned-request.ts';
import { S3Error } from './s3-error.ts';
import { isSameSignature, parseCredential, textSignature } from './signature.ts';

/**
 * The policy of a form: what whoever has it may send. Source: "POST Policy", Amazon S3 API Reference.
 */
const policyDocument = z.object({
  expiration: z.string(),
  conditions: z.array(
    z.union([
      z.record(z.string(), z.string()),
      z.tuple([z.literal('content-length-range'), z.int(), z.int()]),
      z.tuple([z.enum(['eq', 'starts-with']), z.string(), z.string()]),
    ]),
  ),
});

type Policy = z.infer<typeof policyDocument>;

/** Fields of a form by lower-case name, without the file. */
export type FormFields = ReadonlyMap<string, string>;

/** Fields that carry the policy itself, and so are not subject to it. */
const OF_THE_POLICY = /^(?:policy|x-amz-signature|x-ignore-.*)$/;

/**
 * Checks a form against the policy in it. A form without one is accepted, as any request without a signature
 * is here.
 *
 * @param fields with `bucket`
 * @throws S3Error as S3 refuses it
 */
export function checkPolicy(fields: FormFields, sizeBytes: number, nowMs: number): void {
  const encoded = fields.get('policy');
  if (encoded === undefined) return;
  checkSignature(fields, encoded);
  const { expiration, conditions } = parsePolicy(encoded);
  // The negation makes an unreadable date count as passed.
  if (!(Date.parse(expiration) > nowMs)) throw failed('Policy expired.');
  for (const condition of conditions) checkCondition(condition, fields, sizeBytes);
  const named = new Set(conditions.flatMap(namesIn));
  const extra = [...fields.keys()].filter(
    (name) => name !== 'bucket' && !OF_THE_POLICY.test(name) && !named.has(name),
  );
  if (extra.length > 0) throw failed(`Extra input fields: ${extra[0]}`);
}

function checkSignature(fields: FormFields, encoded: string): void {
  const credential = parseCredential(fields.get('x-amz-credential') ?? '');
  const isKnown = fields.get('x-amz-algorithm') === 'AWS4-HMAC-SHA256' && fields.has('x-amz-date');
  if (!credential || !isKnown)
    throw new S3Error(
      'InvalidArgument',
      'Bucket POST must contain the fields x-amz-algorithm, x-amz-credential, x-amz-date and x-amz-signature when it has a policy.',
    );
  const expected = textSignature(encoded, credential, secretOf(credential.accessKeyId));
  if (!isSameSignature(fields.get('x-amz-signature') ?? '', expected)) throw wrongSignature(credential);
}

function parsePolicy(encoded: string): Policy {
  try {
    return z.parse(policyDocument, JSON.parse(Buffer.from(encoded, 'base64').toString('utf8')));
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof z.core.$ZodError)) throw error;
    throw failed('Invalid JSON.');
  }
}

function checkCondition(
  condition: Policy['conditions'][number],
  fields: FormFields,
  sizeBytes: number,
): void {
  if (!Array.isArray(condition)) {
    for (const [name, value] of Object.entries(condition)) checkField(['eq', `$${name}`, value], fields);
    return;
  }
  if (condition[0] !== 'content-length-range') {
    checkField(condition, fields);
    return;
  }
  const [, least, most] = condition;
  if (sizeBytes < least)
    throw new S3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size');
  if (sizeBytes > most)
    throw new S3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
      details: { ProposedSize: String(sizeBytes), MaxSizeAllowed: String(most) },
    });
}

function checkField(condition: readonly ['eq' | 'starts-with', string, string], fields: FormFields): void {
  const [how, name, value] = condition;
  const given = fields.get(name.slice(1).toLowerCase());
  const isMet = how === 'eq' ? given === value : given?.startsWith(value);
  if (!isMet) throw failed(`Policy Condition failed: ${JSON.stringify(condition)}`);
}

function namesIn(condition: Policy['conditions'][number]): string[] {
  if (!Array.isArray(condition)) return Object.keys(condition).map((name) => name.toLowerCase());
  return condition[0] === 'content-length-range' ? [] : [condition[1].slice(1).toLowerCase()];
}

const failed = (why: string) => new S3Error('AccessDenied', `Invalid according to Policy: ${why}`);
