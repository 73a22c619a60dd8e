/** The other origins whose web pages may use the API; `*` allows all. */
export type AllowedOrigins = readonly string[] | '*';

export const EXPECTED_ORIGINS = 'expected "*", or origins like https://app.example.com separated by commas';

/**
 * Reads exact origins separated by commas, or `*`. An empty text allows no origin. @returns undefined for any
 * other text
 */
export function parseOrigins(text: string): AllowedOrigins | undefined {
  if (text.trim() === '*') return '*';
  const origins = text.split(',').flatMap((part) => part.trim() || []);
  return origins.every(isOrigin) ? origins : undefined;
}

/**
 * Browsers send an origin as scheme and host, without path, final slash or standard port. Anything else would
 * never match.
 */
function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.origin === text && !text.includes('*');
}
