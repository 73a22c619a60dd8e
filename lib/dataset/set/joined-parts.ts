import { canonicalJson } from '../../canonical-json.ts';
import { sha256Hex } from '../../sha256.ts';
import type { FileSource } from '../source/file-source.ts';
import {
  type JoinedFiles,
  openText,
  type TextFacts,
  type TextRules,
  type TextSource,
} from '../source/open-text.ts';
import type { Received } from '../source/received-bytes.ts';

/** Takes away what precedes the rows of a part. When it stops before the part's end, the joined text ends. */
export type CutPart = (index: number, text: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;

/** Called with each part that was read to its end. */
export type OnPart = (index: number, received: Received) => void;

const LF = 0x0a;
const LINE_FEED = Uint8Array.of(LF);

/**
 * Reads the texts of several files as one text: what is made of it is what is made of one file with these
 * rows. A part whose last line does not end gets a line end.
 */
export const joinParts = (
  parts: readonly FileSource[],
  cut: CutPart,
  onPart: OnPart = () => undefined,
): JoinedFiles => ({
  openText: (rules) => new JoinedText(parts, rules, cut, onPart),
});

/** Identifies the bytes of a set: the sha256 of the list of its parts' sha256s. */
export const sha256OfParts = (sha256s: readonly string[]): string => sha256Hex(canonicalJson(sha256s));

class JoinedText implements TextSource {
  readonly chunks: AsyncGenerator<Uint8Array>;
  readonly #sha256s: string[] = [];
  #sizeBytes = 0;
  #open: TextSource | undefined;
  #facts: TextFacts | undefined;

  constructor(parts: readonly FileSource[], rules: TextRules, cut: CutPart, onPart: OnPart) {
    this.chunks = this.#read(parts, rules, cut, onPart);
  }

  /** Those of the first part that has text. */
  get facts(): TextFacts {
    return this.#facts!;
  }

  get receivedBytes(): number {
    return this.#sizeBytes + (this.#open?.receivedBytes ?? 0);
  }

  async received(): Promise<Received> {
    return { sizeBytes: this.#sizeBytes, sha256: sha256OfParts(this.#sha256s) };
  }

  async close(): Promise<void> {
    await this.chunks.return(undefined);
  }

  async *#read(
    parts: readonly FileSource[],
    rules: TextRules,
    cut: CutPart,
    onPart: OnPart,
  ): AsyncGenerator<Uint8Array> {
    let last: TextFacts | undefined;
    for (const [index, part] of parts.entries()) {
      const text = openText(part, rules);
      this.#open = text;
      let lastByte = LF;
      let isRead = false;
      const whole = untilEnd(text, () => {
        isRead = true;
      });
      try {
        for await (const chunk of cut(index, whole)) {
          if (chunk.length === 0) continue;
          this.#facts ??= text.facts;
          lastByte = chunk.at(-1)!;
          yield chunk;
        }
        if (!isRead) return;
        last = text.facts;
        this.#end(index, await text.received(), onPart);
      } finally {
        await text.close();
      }
      if (lastByte !== LF) yield LINE_FEED;
    }
    this.#facts ??= last;
  }

  #end(index: number, received: Received, onPart: OnPart): void {
    this.#open = undefined;
    this.#sizeBytes += received.sizeBytes;
    this.#sha256s.push(received.sha256);
    onPart(index, received);
  }
}

async function* untilEnd({ chunks }: TextSource, onEnd: () => void): AsyncGenerator<Uint8Array> {
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  onEnd();
}

/** Takes away the first bytes of a text. */
export async function* withoutFirst(
  sizeBytes: number,
  text: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let left = sizeBytes;
  for await (const chunk of text) {
    if (left < chunk.length) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}

/**
 * Collects the first bytes of a text.
 *
 * @param look says from which of them on the text is passed on; undefined: nothing more is read
 */
export async function* afterLook(
  sizeBytes: number,
  text: AsyncIterable<Uint8Array>,
  look: (beginning: Uint8Array) => number | undefined,
): AsyncGenerator<Uint8Array> {
  const beginning: Uint8Array[] = [];
  let length = 0;
  let isLooking = true;
  for await (const chunk of text) {
    if (!isLooking) {
      yield chunk;
      continue;
    }
    // The chunk is valid until the next is requested.
    beginning.push(chunk.slice());
    length += chunk.length;
    if (length < sizeBytes) continue;
    isLooking = false;
    const bytes = Buffer.concat(beginning);
    const from = look(bytes);
    if (from === undefined) return;
    yield bytes.subarray(from);
  }
  if (!isLooking) return;
  const bytes = Buffer.concat(beginning);
  const from = look(bytes);
  if (from !== undefined) yield bytes.subarray(from);
}
