/**
 * A time in the form of S3's XML: ISO 8601 in UTC, in whole seconds followed by three zeros, as in
 * Last-Modified.
 */
export function isoSeconds(timeMs: number): string {
  return new Date(Math.floor(timeMs / 1000) * 1000).toISOString();
}
