/** The authorizer's answer. `context` is passed to the function behind the route. */
export type AuthorizerVerdict =
  | { readonly isAuthorized: true; readonly context: Readonly<Record<string, unknown>> | null }
  | { readonly isAuthorized: false };

/**
 * Reads an authorizer's simple response, as JSON text: `{"isAuthorized": true, "context": {...}}`. Only
 * `true` admits a request.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
 *
 * @throws Error naming the invalid part and what was expected
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

/** Only the type, because the value may be secret. */
function shown(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}
