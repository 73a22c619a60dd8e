/** Tables by the names of their media types: CSV, and JSON in lines; forms may hold one as a file. */
const TABLE = /csv|comma-separated|ndjson|jsonl|json-?lines|^multipart/i;

/**
 * Whether a request sends a table, or wants one. Every request is asked this, so it looks no closer: the face
 * that is then loaded decides by the whole names.
 */
export const asksForTable = (headers: Readonly<Record<string, string | undefined>>): boolean =>
  TABLE.test(headers['content-type'] ?? '') || TABLE.test(headers.accept ?? '');
