import type { Environment } from '../aws/service-endpoint.ts';
import {
  ServiceFault,
  type ServiceResponse,
  SignedService,
  type Transport,
  textOf,
} from '../aws/signed-service.ts';
import { type ItemSource, RegistryReads } from './item-reads.ts';

/**
 * DynamoDB answers a look-up of one item within about 10 ms. Without these limits, a connection that broke
 * while the function was frozen would hold its request until the function times out. In milliseconds.
 */
const LIMITS = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1000, requestTimeout: 3000, throwOnRequestTimeout: true },
} as const;

/**
 * The registry, read by signed requests.
 *
 * @param transport replaces HTTP, for tests
 */
export function signedRegistry(
  environment: Environment,
  tableName: string,
  transport?: Transport,
): RegistryReads {
  const service = new SignedService({ service: 'dynamodb', environment, ...LIMITS, transport });
  return new RegistryReads(itemsOf(service), tableName);
}

/** Reads items by DynamoDB's JSON protocol. Binary attributes are not supported: the registry has none. */
function itemsOf(dynamodb: SignedService): ItemSource {
  const call = <Output>(operation: string, input: unknown) =>
    dynamodb.send(
      {
        method: 'POST',
        path: '/',
        headers: {
          'content-type': 'application/x-amz-json-1.0',
          'x-amz-target': `DynamoDB_20120810.${operation}`,
        },
        body: JSON.stringify(input),
      },
      async (response) => JSON.parse(await textOf(response)) as Output,
      faultOf,
    );
  return {
    getItem: (input) => call('GetItem', input),
    query: (input) => call('Query', input),
  };
}

/** An error is JSON with `__type`, which ends in the error's name. A proxy in between may answer anything. */
function faultOf(response: ServiceResponse, text: string): ServiceFault {
  const type = /"__type"\s*:\s*"(?:[^"#]*#)?([^"]+)"/.exec(text)?.[1];
  const message = /"message"\s*:\s*("(?:[^"\\]|\\.)*")/i.exec(text)?.[1];
  return new ServiceFault(
    type ?? `Http${response.statusCode}`,
    message === undefined ? `DynamoDB answered ${response.statusCode}` : String(JSON.parse(message)),
    response,
  );
}
