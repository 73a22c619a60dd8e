import { InvokeCommand, type LambdaClient, TooManyRequestsException } from '@aws-sdk/client-lambda';
import { factsOf } from '../functions.ts';
import { API_ROUTES } from '../routes.ts';
import type { DeployedFunction } from './deployment.ts';

/** A version that cannot even start or answer: it must get no traffic. */
export class ProbeError extends Error {}

/** What S3 sends when a notification is set up: acknowledged, and without effect. */
const S3_TEST_EVENT = { Service: 'Amazon S3', Event: 's3:TestEvent' };

/**
 * Asks a version itself, before it gets traffic: a bundle that does not load, a missing setting or permission shows here, at nobody's
 * cost. A canary of a tenth would show it to a tenth of the callers, and on an idle system to nobody.
 *
 * @returns false for a function that no harmless event can ask.
 * @throws ProbeError when it threw, answered a request with a 5xx other than 503 (no model yet), or is at its concurrency limit.
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

/** A busy function is not waited for: being refused rings the alarm on throttles, which would turn the rollout back later. */
async function ask(lambda: LambdaClient, question: InvokeCommand, where: string) {
  try {
    return await lambda.send(question);
  } catch (error) {
    if (!(error instanceof TooManyRequestsException)) throw error;
    const { name, Reason, message } = error;
    throw new ProbeError(
      `${where}: expected an answer, got ${name} (${Reason ?? message}); roll out again when what runs there has ended, or raise its concurrency`,
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

/** A request as the gateway hands it on, without a token: 401 is an answer too. */
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
