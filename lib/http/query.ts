import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as z from 'zod/mini';
import type { RequestFault } from './problem.ts';
import { invalidRequest } from './request.ts';

/** A whole number as it is usually written; anything else stays a text, which no schema of a number takes. */
const WHOLE_NUMBER = /^(?:0|[1-9]\d{0,14})$/;

/**
 * The query parameters of a request. Parameters that the schema does not name, and repeated ones (the gateway joins their values
 * with commas), are faults.
 *
 * @param schema closed
 * @param integers the parameters whose schema is one of whole numbers
 * @throws HttpError 400 with one fault per parameter.
 */
export function readQuery<T extends z.ZodMiniObject>(
  event: APIGatewayProxyEventV2,
  schema: T,
  integers: readonly string[] = [],
): z.infer<T> {
  const given = Object.entries(event.queryStringParameters ?? {}).map(([name, text = '']) => [
    name,
    integers.includes(name) && WHOLE_NUMBER.test(text) ? Number(text) : text,
  ]);
  const parsed = z.safeParse(schema, Object.fromEntries(given));
  if (parsed.success) return parsed.data;
  const known = Object.keys(schema.shape);
  throw invalidRequest(parsed.error.issues.flatMap((issue) => faultsOf(issue, known)));
}

function faultsOf(issue: z.core.$ZodIssue, known: readonly string[]): RequestFault[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: String(issue.path[0]), message: issue.message }];
  const takes = known.length === 0 ? 'none' : known.map((name) => `"${name}"`).join(' and ');
  return issue.keys.map((name) => ({
    path: name.slice(0, 100),
    message: `unknown query parameter; this path takes ${takes}`,
  }));
}
