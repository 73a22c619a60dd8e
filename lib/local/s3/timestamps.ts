/** A time as S3 writes it in XML: ISO 8601 in UTC, in whole seconds with three zeros, as in Last-Modified. */
export function isoSeconds(timeMs: number): string {
  return new Date(Math.floor(timeMs / 1000) * 1000).toISOString();
}
