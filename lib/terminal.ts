import type { ByteSink } from './byte-sink.ts';
import { escaped, jsonText } from './text-safety.ts';

/** A stream at whose other end may be a terminal. */
export interface TextStream {
  readonly isTTY?: boolean;
  write(text: string, done?: (error?: Error | null) => void): unknown;
}

const STYLES = { bold: 1, dim: 2, red: 31, cyan: 36 } as const;

/** Text in a colour or weight, where the terminal has them. */
export interface StyledText {
  readonly style: keyof typeof STYLES;
  readonly text: string;
}

/**
 * The one way of text to a terminal. Names, labels, values and messages come from files and requests of
 * strangers, and a terminal obeys what it is sent: so whatever is printed is escaped here, line ends within a
 * line too, and what a line is can only be said by the program. A test holds that nothing writes elsewhere.
 */
export class Terminal {
  readonly #stream: TextStream;
  readonly #hasColour: boolean;

  constructor(stream: TextStream, hasColour = false) {
    this.#stream = stream;
    this.#hasColour = hasColour;
  }

  /** Whether a person looks at it now, so that a line may be drawn again. */
  get isInteractive(): boolean {
    return this.#stream.isTTY === true;
  }

  /** Prints one line of these parts. */
  line(...parts: readonly (string | StyledText)[]): void {
    this.#stream.write(`${parts.map((part) => this.#rendered(part)).join('')}\n`);
  }

  lines(texts: readonly string[]): void {
    for (const text of texts) this.line(text);
  }

  /** Prints a value as JSON that holds no character which a terminal obeys; parsed, it is the same value. */
  json(value: unknown, indent?: number): void {
    this.#stream.write(`${jsonText(value, indent)}\n`);
  }

  /** Draws a line over the one that was drawn before. */
  redraw(text: string): void {
    this.#stream.write(`\r${escaped(text)}\u001b[K`);
  }

  eraseLine(): void {
    this.#stream.write('\r\u001b[K');
  }

  /**
   * A sink for long output in UTF-8, such as a table. Its line feeds and tabs stay.
   *
   * @param onEscape called with the first chunk that is not printed as it is
   */
  sink(onEscape: () => void): ByteSink {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    let hasEscaped = false;
    return {
      isDoneAfterWrite: true,
      write: (chunk) => {
        const text = decoder.decode(chunk, { stream: true });
        const safe = escaped(text, KEPT_IN_TABLES);
        if (safe !== text && !hasEscaped) onEscape();
        hasEscaped ||= safe !== text;
        return new Promise((resolve, reject) => {
          this.#stream.write(safe, (error) => (error ? reject(error) : resolve()));
        });
      },
    };
  }

  #rendered(part: string | StyledText): string {
    if (typeof part === 'string') return escaped(part);
    const text = escaped(part.text);
    return this.#hasColour ? `\u001b[${STYLES[part.style]}m${text}\u001b[0m` : text;
  }
}

const KEPT_IN_TABLES = '\n\t';

const terminalOf = (stream: NodeJS.WriteStream) =>
  // hasColors() respects NO_COLOR.
  new Terminal(stream, stream.isTTY === true && stream.hasColors());

/** For data. */
export const standardOutput = terminalOf(process.stdout);

/** For messages. */
export const standardError = terminalOf(process.stderr);

/**
 * Calls back when the reader of standard output has left, as `head` does. Without it, the next line would end
 * the process in the middle of its work.
 *
 * @throws any other error of the stream, out of its event
 */
export function onOutputClosed(callback: () => void): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    callback();
  });
}
