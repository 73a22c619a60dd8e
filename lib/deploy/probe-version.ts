import { InvokeCommand, type LambdaClient, TooManyRequestsException } from '@aws-sdk/client-lambda';
import { factsOf } from '../functions.ts';
import { API_ROUTES } from '../routes.ts';
import type { DeployedFunction } from './deployment.ts';

/** A version that cannot start or answer. It must not receive traffic. */
export class ProbeError extends Error {}

/** S3 sends this event when a notification is configured. The functions accept it and do nothing. */
const S3_TEST_EVENT = { Service: 'Amazon S3', Event: 's3:TestEvent' };

/**
 * Calls a version directly before it receives traffic. A bundle that does not load, a missing setting or a
 * missing permission shows here, where no caller is affected. With a canary of 10%, a tenth of the callers
 * would be affected; on an idle system nobody would notice the fault.
 *
 * @returns false for a function for which there is no harmless event
 * @throws ProbeError when the version threw, answered a request with a 5xx other than 503 (no model yet), or
 *   is at its concurrency limit
 */
export async function probeVersion(lambda: LambdaClient, target: DeployedFunction): Promise<boolean> {
  const event = probeEvent(target.key);
  if (event === undefined) return false;
  const where = `${target.functionName} version ${target.version}`;
  const question = new InvokeCommand({
    FunctionName: target.functionName,
    Qualifier: target.version,
    Payload: JSON.stringify(event),
  });
  const answer = await ask(lambda, question, where);
  const text = Buffer.from(answer.Payload ?? []).toString('utf8');
  if (answer.FunctionError !== undefined)
    throw new ProbeError(`${where}: expected an answer, got ${answer.FunctionError}: ${shortened(text)}`);
  const status = statusOf(text);
  if (status !== undefined && status >= 500 && status !== 503)
    throw new ProbeError(`${where}: expected an answer below 500, or 503, got ${status}: ${shortened(text)}`);
  return true;
}

/** A throttled call is not retried: throttles set off an alarm, which would move the rollout back later. */
async function ask(lambda: LambdaClient, question: InvokeCommand, where: string) {
  try {
    return await lambda.send(question);
  } catch (error) {
    if (!(error instanceof TooManyRequestsException)) throw error;
    const { name, Reason, message } = error;
    throw new ProbeError(
      `${where}: expected an answer, got ${name} (${Reason ?? message}); roll out again when its running calls have ended, or raise its concurrency`,
    );
  }
}

function probeEvent(key: string): unknown {
  const kind = factsOf(key)?.trigger.kind;
  if (kind === 'object') return S3_TEST_EVENT;
  if (kind === 'authorizer') return authorizerEvent();
  const route = API_ROUTES.find(({ functionName }) => functionName === key);
  return route && requestEvent(key === 'predict' ? 'GET /health' : route.routeKey);
}

/** A request as the gateway passes it on, without a token. 401 is a valid answer. */
function requestEvent(routeKey: string): unknown {
  const [method = 'GET', path = '/'] = routeKey.split(' ');
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: '',
    headers: { 'user-agent': 'rollout-probe' },
    requestContext: requestContext(routeKey, method, path),
    isBase64Encoded: false,
  };
}

function authorizerEvent(): unknown {
  const token = 'Bearer rollout-probe';
  const routeKey = 'POST /predict';
  return {
    version: '2.0',
    type: 'REQUEST',
    routeArn: 'arn:aws:execute-api:us-east-1:000000000000:rollout/$default/POST/predict',
    identitySource: [token, routeKey],
    routeKey,
    rawPath: '/predict',
    rawQueryString: '',
    headers: { authorization: token },
    requestContext: requestContext(routeKey, 'POST', '/predict'),
  };
}

function requestContext(routeKey: string, method: string, path: string): unknown {
  return {
    accountId: '000000000000',
    apiId: 'rollout',
    domainName: 'rollout-probe',
    domainPrefix: 'rollout-probe',
    http: { method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'rollout-probe' },
    requestId: 'rollout-probe',
    routeKey,
    stage: '$default',
    time: '01/Jan/2026:00:00:00 +0000',
    timeEpoch: 1767225600000,
  };
}

function statusOf(text: string): number | undefined {
  const answer: unknown = text === '' ? undefined : JSON.parse(text);
  if (typeof answer !== 'object' || answer === null || !('statusCode' in answer)) return undefined;
  return typeof answer.statusCode === 'number' ? answer.statusCode : undefined;
}

const shortened = (text: string) => (text.length > 500 ? `${text.slice(0, 500)}...` : text);
