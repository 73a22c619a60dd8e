import { serviceEndpoint } from '../../lib/aws/service-endpoint.ts';
import { staticPage } from '../../lib/http/static-page.ts';
import { objectAddress } from '../../lib/storage/object-address.ts';

/** Where the buckets are to which the page sends files at presigned addresses. */
export interface UploadPlace {
  readonly buckets: readonly string[];
  readonly region: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Serves the console and the files that it loads.
 *
 * @param folder where the build put the files, each compressed as `<name>.gz`; ends with a slash
 */
export const consoleAnswers = (folder: URL, place: UploadPlace) =>
  staticPage({
    folder,
    html: 'index.html',
    contentSecurityPolicy: contentSecurityPolicy(uploadOrigins(place)),
    path: '/',
    lasting: ['licences.txt'],
  });

/**
 * Everything is from the page's own origin, without inline scripts and styles. Only files may go elsewhere:
 * to the buckets that files are sent to.
 */
const contentSecurityPolicy = (origins: readonly string[]) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${origins.join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');

/** The origins of the addresses that the API signs for the buckets, each once. */
export function uploadOrigins({ buckets, region, environment }: UploadPlace): string[] {
  const endpoint = serviceEndpoint('s3', region, environment);
  const { protocol, host } = endpoint.url;
  const origins = buckets.map((bucket) => {
    const { subdomain } = objectAddress(endpoint, { bucket, key: 'any' });
    return `${protocol}//${subdomain === undefined ? '' : `${subdomain}.`}${host}`;
  });
  return [...new Set(origins)];
}
