/** What all lists of one answer may take together: a sixth of the 6 MB that Lambda answers. */
const MAX_LISTED_BYTES = 1024 ** 2;

/**
 * The lists, cut so that an answer with all of them can be sent. When all of them take more than 1 MiB of
 * JSON, each one gets an equal share of it, and keeps its first texts.
 */
export function boundedLists(lists: readonly (readonly string[])[]): string[][] {
  const whole = lists.map((list) => firstTexts(list, MAX_LISTED_BYTES));
  const isWhole = whole.every((list, i) => list.length === lists[i]!.length);
  if (isWhole && whole.reduce((sum, list) => sum + bytesOf(list), 0) <= MAX_LISTED_BYTES) return whole;
  const share = Math.floor(MAX_LISTED_BYTES / lists.length);
  return lists.map((list) => firstTexts(list, share));
}

function firstTexts(texts: readonly string[], maxBytes: number): string[] {
  const kept: string[] = [];
  let bytes = 0;
  for (const text of texts) {
    bytes += bytesOf(text);
    if (bytes > maxBytes) break;
    kept.push(text);
  }
  return kept;
}

/** The function's answer holds its body as a JSON text, so that quotes are escaped twice. */
const bytesOf = (value: string | readonly string[]) =>
  Buffer.byteLength(JSON.stringify(JSON.stringify(value)));
