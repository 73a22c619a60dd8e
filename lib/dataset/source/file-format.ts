/** What a file's name promises. Its contents are looked at as well: see file-signature.ts. */
export interface FileFormat {
  readonly format: 'csv' | 'parquet';
  readonly compression: 'gzip' | null;
}

/**
 * What a name says, in any case of its letters. A name that says nothing is text: which names are taken at
 * all is the caller's rule.
 *
 * @param name a file's name or an object's key
 */
export function fileFormat(name: string): FileFormat {
  const lower = name.toLowerCase();
  if (lower.endsWith('.parquet')) return { format: 'parquet', compression: null };
  return { format: 'csv', compression: lower.endsWith('.csv.gz') ? 'gzip' : null };
}
