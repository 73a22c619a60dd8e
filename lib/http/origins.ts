/** Which web pages of other origins may use the API: none, some, or those of every origin. */
export type AllowedOrigins = readonly string[] | '*';

export const EXPECTED_ORIGINS = 'expected "*", or origins like https://app.example.com separated by commas';

/**
 * Reads exact origins separated by commas, or `*`; nobody from an empty text. @returns undefined when it is
 * neither
 */
export function parseOrigins(text: string): AllowedOrigins | undefined {
  if (text.trim() === '*') return '*';
  const origins = text.split(',').flatMap((part) => part.trim() || []);
  return origins.every(isOrigin) ? origins : undefined;
}

/**
 * An origin as browsers send it: scheme and host, no path, no slash at the end, no standard port, no pattern.
 */
function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.origin === text && !text.includes('*');
}
