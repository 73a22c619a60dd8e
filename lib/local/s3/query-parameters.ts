import { S3Error } from './s3-error.ts';

/** A whole number from the query. Throws S3Error InvalidArgument for anything else, and out of bounds. */
export function parseInteger(name: string, text: string, minimum: number, maximum: number): number {
  const value = Number(text);
  if (/^\d{1,10}$/.test(text) && value >= minimum && value <= maximum) return value;
  throw invalidArgument(name, text, `expected a whole number from ${minimum} to ${maximum}`);
}

/**
 * The largest number of entries in a listing. S3 lowers a larger number to 1,000. Throws S3Error
 * InvalidArgument.
 */
export function parseMaxEntries(query: URLSearchParams, name: string): number {
  const text = query.get(name);
  return text === null || text === '' ? 1000 : Math.min(1000, parseInteger(name, text, 0, 2_147_483_647));
}

/** Whether the answer must URL-encode keys. Throws S3Error InvalidArgument for any other encoding. */
export function parseEncodingType(query: URLSearchParams): boolean {
  const encoding = query.get('encoding-type');
  if (encoding === null || encoding === '' || encoding === 'url') return encoding === 'url';
  throw invalidArgument('encoding-type', encoding, 'expected "url"');
}

/** A required parameter. Throws S3Error InvalidArgument. */
export function requireParameter(query: URLSearchParams, name: string): string {
  const value = query.get(name);
  if (value === null || value === '') throw invalidArgument(name, value ?? '', 'it must not be empty');
  return value;
}

/** S3's error for an invalid argument; `reason` says what is expected. */
export function invalidArgument(name: string, value: string, reason: string): S3Error {
  return new S3Error('InvalidArgument', `Invalid argument ${name}: ${reason}, got "${value}".`, {
    details: { ArgumentName: name, ArgumentValue: value },
  });
}
