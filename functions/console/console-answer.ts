import { serviceEndpoint } from '../../lib/aws/service-endpoint.ts';
import { staticPage } from '../../lib/http/static-page.ts';
import { objectAddress } from '../../lib/storage/object-address.ts';

/** Where the raw bucket is, to which the page sends files at presigned addresses. */
export interface UploadPlace {
  readonly bucket: string;
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
    contentSecurityPolicy: contentSecurityPolicy(uploadOrigin(place)),
    path: '/',
    lasting: ['licences.txt'],
  });

/**
 * Everything is from the page's own origin, without inline scripts and styles. Only files may go elsewhere:
 * to the raw bucket.
 */
const contentSecurityPolicy = (origin: string) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${origin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');

/** The origin of the addresses that the API signs for the bucket. */
export function uploadOrigin({ bucket, region, environment }: UploadPlace): string {
  const endpoint = serviceEndpoint('s3', region, environment);
  const { subdomain } = objectAddress(endpoint, { bucket, key: 'any' });
  const { protocol, host } = endpoint.url;
  return `${protocol}//${subdomain === undefined ? '' : `${subdomain}.`}${host}`;
}
