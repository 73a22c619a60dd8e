const LF = 0x0a;
const CR = 0x0d;
const TAB = 0x09;
const SPACE = 0x20;

/** The delimiter that replaces runs of spaces and tabs. */
export const RUN_DELIMITER = '\t';

/**
 * Replaces each run of spaces and tabs outside quotes by one tab, and removes those at both ends of a line.
 * This is for tables whose fields are separated by any number of spaces. Line numbers do not change.
 *
 * @param chunks UTF-8 text
 */
export async function* tabsForSpaceRuns(
  chunks: AsyncIterable<Uint8Array>,
  quote: number,
): AsyncGenerator<Uint8Array> {
  let isQuoted = false;
  let isInRun = false;
  let isLineStart = true;
  for await (const chunk of chunks) {
    const text = new Uint8Array(2 * chunk.length);
    let length = 0;
    for (const byte of chunk) {
      if (byte === quote) isQuoted = !isQuoted;
      const isBlank = byte === SPACE || byte === TAB;
      if (isBlank && !isQuoted) {
        isInRun = true;
        continue;
      }
      const isLineEnd = !isQuoted && (byte === LF || byte === CR);
      if (isInRun && !isLineStart && !isLineEnd) text[length++] = TAB;
      isInRun = false;
      isLineStart = isLineEnd;
      text[length++] = byte;
    }
    yield text.subarray(0, length);
  }
}
