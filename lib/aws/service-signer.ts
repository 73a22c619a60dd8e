import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import { ConfigurationError } from '../errors.ts';
import type { Environment, ServiceName } from './service-endpoint.ts';

/** @throws ConfigurationError when the environment names no region */
export function regionOf(environment: Environment): string {
  const region = environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION;
  if (region) return region;
  throw new ConfigurationError(['AWS_REGION: expected a region, as Lambda sets it']);
}

/**
 * Signs requests to one service, as the AWS SDK does, with the credentials that the environment holds at each
 * request.
 *
 * @throws ConfigurationError when the environment names no region
 */
export function serviceSigner(service: ServiceName, environment: Environment): SignatureV4 {
  return new SignatureV4({
    service,
    region: regionOf(environment),
    credentials: async () => credentialsOf(environment),
    sha256: Hash.bind(null, 'sha256'),
    // S3 signs a path as it is sent; other services escape it once more.
    uriEscapePath: service !== 's3',
  });
}

function credentialsOf(environment: Environment) {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = environment;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
    throw new ConfigurationError([
      'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: expected credentials, as Lambda sets them',
    ]);
  }
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),
  };
}
