const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const HASH = 0x23;

/** Where a table begins in its text. */
export interface TableStart {
  /** Offset in bytes. */
  readonly from: number;
  /** Lines before the table: those that the contract skips, comments, blank lines, a `sep=` line. */
  readonly skippedLines: number;
  /** Those of these lines that are reported: all but a `sep=` line. */
  readonly saidLines: number;
  /** The comment directly above the table, without its mark: it may be the header. */
  readonly commentAbove: Uint8Array | undefined;
  /** The separator in a line like `sep=;`, as Excel writes and reads it. */
  readonly separator: string | undefined;
}

/**
 * Skips the lines that a contract skips, a `sep=` line, comments and blank lines.
 *
 * @param text the beginning of the file without its byte order mark
 */
export function findTableStart(text: Uint8Array, skipLines = 0): TableStart {
  let from = 0;
  let skippedLines = 0;
  let separator: string | undefined;
  let commentAbove: Uint8Array | undefined;
  for (; skippedLines < skipLines && from < text.length; skippedLines++) {
    const next = nextLine(text, from);
    commentAbove = commentIn(text.subarray(from, endOfLine(text, from, next)));
    from = next;
  }
  while (from < text.length) {
    const next = nextLine(text, from);
    const line = text.subarray(from, endOfLine(text, from, next));
    const named = skippedLines === 0 ? separatorLine(line) : undefined;
    const comment = commentIn(line);
    if (named === undefined && comment === undefined && !isBlank(line)) break;
    separator ??= named;
    commentAbove = comment;
    skippedLines++;
    from = next;
  }
  return {
    from,
    skippedLines,
    saidLines: skippedLines - (separator === undefined ? 0 : 1),
    commentAbove,
    separator,
  };
}

function nextLine(text: Uint8Array, from: number): number {
  const at = text.indexOf(LF, from);
  return at < 0 ? text.length : at + 1;
}

/** Offset at which a line's text ends, before its line end. */
function endOfLine(text: Uint8Array, from: number, next: number): number {
  let end = next;
  if (end > from && text[end - 1] === LF) end--;
  if (end > from && text[end - 1] === CR) end--;
  return end;
}

const commentIn = (line: Uint8Array) => (line[0] === HASH ? line.subarray(1) : undefined);

const isBlank = (line: Uint8Array) => line.every((byte) => byte === SPACE || byte === TAB);

/** The separator of a line like `sep=;`, which may be quoted. */
function separatorLine(line: Uint8Array): string | undefined {
  if (line.length > 7) return undefined;
  return /^"?sep=([\t !#-,./:-@[-`{-~])"?$/i.exec(String.fromCharCode(...line))?.[1];
}
