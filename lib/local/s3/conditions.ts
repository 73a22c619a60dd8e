import type { ObjectVersion, Version } from './records.ts';
import { S3Error } from './s3-error.ts';
import type { Headers } from './s3-request.ts';

/** The conditions under which a write replaces the object at a key. */
export interface WriteConditions {
  readonly mustBeAbsent: boolean;
  /** An ETag without quotes, or "*" for any object. */
  readonly mustHaveEtag: string | undefined;
}

/**
 * Reads If-None-Match and If-Match of a write. Throws S3Error NotImplemented for an If-None-Match that is not
 * "*", and for both headers at once, as S3 does. Source: "How to prevent object overwrites with conditional
 * writes", Amazon S3 User Guide.
 */
export function parseWriteConditions(headers: Headers): WriteConditions {
  const ifNoneMatch = headers.get('if-none-match');
  const ifMatch = headers.get('if-match');
  if (ifNoneMatch !== undefined && (ifNoneMatch !== '*' || ifMatch !== undefined)) {
    throw new S3Error(
      'NotImplemented',
      'A write takes If-None-Match: * or If-Match: <etag>, and not both: other conditions are not implemented.',
      { details: { Header: 'If-None-Match' } },
    );
  }
  return { mustBeAbsent: ifNoneMatch !== undefined, mustHaveEtag: ifMatch && unquote(ifMatch) };
}

/**
 * Throws S3Error PreconditionFailed, or NoSuchKey, when the newest version of the key does not meet the
 * conditions.
 */
export function checkWriteConditions(conditions: WriteConditions, latest: Version | undefined): void {
  if (conditions.mustBeAbsent && latest?.kind === 'object') throw preconditionFailed('If-None-Match');
  if (conditions.mustHaveEtag === undefined) return;
  if (latest?.kind !== 'object') throw new S3Error('NoSuchKey', 'The specified key does not exist.');
  if (!etagMatches(conditions.mustHaveEtag, latest)) throw preconditionFailed('If-Match');
}

/**
 * Checks the conditions of a read or, with a `prefix`, a copy's conditions on its source. Throws S3Error
 * PreconditionFailed or, for a read, NotModified; a copy has no such answer and fails instead. Source: RFC
 * 9110, section 13.2.2: If-Match overrides If-Unmodified-Since, If-None-Match overrides If-Modified-Since.
 */
export function checkReadConditions(headers: Headers, version: ObjectVersion, prefix = ''): void {
  const get = (name: string) => headers.get(prefix + name);
  const ifMatch = get('if-match');
  if (
    ifMatch !== undefined ? !etagMatches(ifMatch, version) : changedSince(get('if-unmodified-since'), version)
  ) {
    throw preconditionFailed(ifMatch !== undefined ? 'If-Match' : 'If-Unmodified-Since');
  }
  const ifNoneMatch = get('if-none-match');
  if (
    ifNoneMatch !== undefined
      ? etagMatches(ifNoneMatch, version)
      : unchangedSince(get('if-modified-since'), version)
  ) {
    if (prefix !== '')
      throw preconditionFailed(ifNoneMatch !== undefined ? 'If-None-Match' : 'If-Modified-Since');
    throw new S3Error('NotModified', 'Not Modified', { headers: { etag: `"${version.etag}"` } });
  }
}

/** An ETag in the form that S3 compares: quotes are optional in requests. */
export function unquote(etag: string): string {
  return etag
    .trim()
    .replace(/^W\//, '')
    .replace(/^"(.*)"$/, '$1');
}

function etagMatches(header: string, version: ObjectVersion): boolean {
  return header
    .split(',')
    .map(unquote)
    .some((etag) => etag === '*' || etag === version.etag);
}

/** HTTP dates are whole seconds. A date that cannot be read is not a condition. */
function changedSince(date: string | undefined, version: ObjectVersion): boolean {
  const sinceMs = Date.parse(date ?? '');
  return Number.isFinite(sinceMs) && wholeSeconds(version.lastModifiedMs) > sinceMs;
}

function unchangedSince(date: string | undefined, version: ObjectVersion): boolean {
  const sinceMs = Date.parse(date ?? '');
  return Number.isFinite(sinceMs) && wholeSeconds(version.lastModifiedMs) <= sinceMs;
}

function wholeSeconds(timeMs: number): number {
  return Math.floor(timeMs / 1000) * 1000;
}

function preconditionFailed(condition: string): S3Error {
  return new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold.', {
    details: { Condition: condition },
  });
}
