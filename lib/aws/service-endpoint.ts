/** Variables of the process. */
export type Environment = Readonly<Record<string, string | undefined>>;

export type ServiceName = 'dynamodb' | 's3';

/** Partitions whose domain is not the usual one, by what their regions begin with. */
const DOMAINS: readonly (readonly [prefix: string, domain: string])[] = [
  ['cn-', 'amazonaws.com.cn'],
  ['eusc-', 'amazonaws.eu'],
  ['us-isob-', 'sc2s.sgov.gov'],
  ['us-isof-', 'csp.hci.ic.gov'],
  ['us-iso-', 'c2s.ic.gov'],
  ['eu-isoe-', 'cloud.adc-e.uk'],
];

/**
 * Where a service is reached: at the endpoint that the environment names (AWS_ENDPOINT_URL_DYNAMODB, AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL, as
 * the SDK reads them), or at the region's own; at that for FIPS 140 where AWS_USE_FIPS_ENDPOINT is true.
 */
export function serviceEndpoint(
  service: ServiceName,
  region: string,
  environment: Environment,
): { readonly url: URL; readonly isCustom: boolean } {
  const named = environment[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] || environment.AWS_ENDPOINT_URL;
  if (named && environment.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS !== 'true')
    return { url: new URL(named), isCustom: true };
  const domain = DOMAINS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'amazonaws.com';
  const host = environment.AWS_USE_FIPS_ENDPOINT === 'true' ? `${service}-fips` : service;
  return { url: new URL(`https://${host}.${region}.${domain}`), isCustom: false };
}
