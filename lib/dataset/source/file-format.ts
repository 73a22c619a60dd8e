/** The format that a file's name suggests. The content is checked too: see file-signature.ts. */
export interface FileFormat {
  readonly format: 'csv' | 'parquet';
  readonly compression: 'gzip' | null;
}

/**
 * Derives the format from a name, in upper or lower case. An unknown name means text: callers decide which
 * names they accept.
 *
 * @param name a file's name or an object's key
 */
export function fileFormat(name: string): FileFormat {
  const lower = name.toLowerCase();
  if (lower.endsWith('.parquet')) return { format: 'parquet', compression: null };
  return { format: 'csv', compression: lower.endsWith('.csv.gz') ? 'gzip' : null };
}
