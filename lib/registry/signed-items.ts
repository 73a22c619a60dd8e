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
 * Look-ups of single items: DynamoDB answers within some 10 ms. Without limits a connection that died while the function was frozen would hold
 * its request until the function's own time is over. In milliseconds.
 */
const PATIENCE = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1000, requestTimeout: 3000, throwOnRequestTimeout: true },
} as const;

/** The registry, to be read by signed requests. @param transport in place of HTTP */
export function signedRegistry(
  environment: Environment,
  tableName: string,
  transport?: Transport,
): RegistryReads {
  const service = new SignedService({ service: 'dynamodb', environment, ...PATIENCE, transport });
  return new RegistryReads(itemsOf(service), tableName);
}

/** Items by DynamoDB's JSON protocol. Of attributes, binary ones are not understood: the registry has none. */
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

/** An error is JSON with `__type`, a name after some namespace; what stands between may answer anything. */
function faultOf(response: ServiceResponse, text: string): ServiceFault {
  const type = /"__type"\s*:\s*"(?:[^"#]*#)?([^"]+)"/.exec(text)?.[1];
  const message = /"message"\s*:\s*("(?:[^"\\]|\\.)*")/i.exec(text)?.[1];
  return new ServiceFault(
    type ?? `Http${response.statusCode}`,
    message === undefined ? `DynamoDB answered ${response.statusCode}` : String(JSON.parse(message)),
    response,
  );
}
