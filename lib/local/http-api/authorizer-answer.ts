/** What an authorizer said of a request: `context` is what the function behind the route is told. */
export type AuthorizerVerdict =
  | { readonly isAuthorized: true; readonly context: Readonly<Record<string, unknown>> | null }
  | { readonly isAuthorized: false };

/**
 * Reads an authorizer's simple response, as JSON text: `{"isAuthorized": true, "context": {...}}`.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
 *
 * @throws Error saying which part was expected to be what: nothing but `true` lets a request pass
 */
export function authorizerVerdict(payload: string): AuthorizerVerdict {
  const answer: unknown = JSON.parse(payload);
  if (!isObject(answer) || typeof answer.isAuthorized !== 'boolean') {
    throw new Error(`expected {"isAuthorized": true or false}, got ${shown(answer)}`);
  }
  if (!answer.isAuthorized) return { isAuthorized: false };
  const { context = null } = answer;
  if (context === null || isObject(context)) return { isAuthorized: true, context };
  throw new Error(`context: expected an object, got ${shown(context)}`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The kind only: what an authorizer returns may be secret. */
function shown(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}
