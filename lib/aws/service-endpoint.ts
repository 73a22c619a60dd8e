/** The environment variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

export type ServiceName = 'dynamodb' | 'events' | 's3';

/** Services as the SDK's variables name them. */
const SDK_NAMES = { dynamodb: 'DYNAMODB', events: 'EVENTBRIDGE', s3: 'S3' } as const satisfies Readonly<
  Record<ServiceName, string>
>;

/** Partitions with their own domain, by the prefix of their regions' names. */
const DOMAINS: readonly (readonly [prefix: string, domain: string])[] = [
  ['cn-', 'amazonaws.com.cn'],
  ['eusc-', 'amazonaws.eu'],
  ['us-isob-', 'sc2s.sgov.gov'],
  ['us-isof-', 'csp.hci.ic.gov'],
  ['us-iso-', 'c2s.ic.gov'],
  ['eu-isoe-', 'cloud.adc-e.uk'],
];

/**
 * The endpoint of a service. The environment may name one (AWS_ENDPOINT_URL_DYNAMODB, or whichever service,
 * or AWS_ENDPOINT_URL, which the SDK reads too). Otherwise it is the region's endpoint, or its FIPS 140
 * endpoint when AWS_USE_FIPS_ENDPOINT is true.
 */
export function serviceEndpoint(
  service: ServiceName,
  region: string,
  environment: Environment,
): { readonly url: URL; readonly isCustom: boolean } {
  const named = environment[`AWS_ENDPOINT_URL_${SDK_NAMES[service]}`] || environment.AWS_ENDPOINT_URL;
  if (named && environment.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS !== 'true')
    return { url: new URL(named), isCustom: true };
  const domain = DOMAINS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'amazonaws.com';
  const host = environment.AWS_USE_FIPS_ENDPOINT === 'true' ? `${service}-fips` : service;
  return { url: new URL(`https://${host}.${region}.${domain}`), isCustom: false };
}
