import type { Environment } from '../aws/service-endpoint.ts';
import { ServiceFault, type ServiceResponse, SignedService, type Transport } from '../aws/signed-service.ts';
import { objectAddress } from './object-address.ts';
import { type ObjectLocation, readInto, type SizedObject } from './sized-object.ts';

/**
 * Bodies may be up to a gigabyte: only the time to the first byte and pauses in a body are limited. In
 * milliseconds.
 */
const LIMITS = {
  maxAttempts: 3,
  requestHandler: {
    connectionTimeout: 1000,
    requestTimeout: 5000,
    socketTimeout: 5000,
    throwOnRequestTimeout: true,
  },
} as const;

type KeyedObject = Pick<ObjectLocation, 'bucket' | 'key'>;

/**
 * Opens the newest versions of objects by signed requests, as `openSized` does with the SDK's client.
 *
 * @param transport replaces HTTP, for tests
 */
export function signedStore(
  environment: Environment,
  transport?: Transport,
): (at: KeyedObject) => Promise<SizedObject | undefined> {
  const s3 = new SignedService({ service: 's3', environment, ...LIMITS, transport });
  return (at) => openObject(s3, at);
}

async function openObject(s3: SignedService, at: KeyedObject): Promise<SizedObject | undefined> {
  try {
    return await s3.send(
      { method: 'GET', ...objectAddress(s3.endpoint, at) },
      ({ headers, body }) => {
        const sizeBytes = Number(headers['content-length'] ?? Number.NaN);
        if (!Number.isSafeInteger(sizeBytes)) {
          body.destroy();
          throw new Error(`${at.bucket}/${at.key}: S3 did not say how large it is; try again`);
        }
        return {
          sizeBytes,
          read: () => readInto(body as AsyncIterable<Uint8Array>, sizeBytes, at),
          discard: () => body.destroy(),
        };
      },
      faultOf,
    );
  } catch (error) {
    if (error instanceof ServiceFault && error.name === 'NoSuchKey') return undefined;
    throw error;
  }
}

/** An error is XML with Code and Message. A proxy in between may answer anything. */
function faultOf(response: ServiceResponse, text: string): ServiceFault {
  const of = (element: string) => new RegExp(`<${element}>([^<]*)</${element}>`).exec(text)?.[1];
  const { statusCode } = response;
  const code = of('Code') ?? `Http${statusCode}`;
  return new ServiceFault(code, of('Message') ?? `S3 answered ${statusCode}`, response);
}
