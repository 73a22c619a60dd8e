import type { ByteSink } from '../byte-sink.ts';
import type { PredictionFormat } from './prediction-format.ts';
import type { AnsweredRow, PredictionWriter } from './prediction-writer.ts';

const FLUSH_CHARACTERS = 256 * 1024;

/** Writes rows as text. */
export class TextWriter implements PredictionWriter {
  readonly wantsNumbers = false;
  readonly #sink: ByteSink;
  readonly #format: PredictionFormat;
  #pending: string;

  /** @param isContinued whether rows of the file precede these, so that the head is written already */
  constructor(sink: ByteSink, format: PredictionFormat, isContinued: boolean) {
    this.#sink = sink;
    this.#format = format;
    this.#pending = isContinued ? '' : format.head;
  }

  get isFull(): boolean {
    return this.#pending.length >= FLUSH_CHARACTERS;
  }

  add(row: AnsweredRow): void {
    this.#pending += this.#format.row(row);
  }

  async flush(): Promise<void> {
    if (this.#pending === '') return;
    const chunk = new TextEncoder().encode(this.#pending);
    this.#pending = '';
    await this.#sink.write(chunk);
  }

  finish(): Promise<void> {
    return this.flush();
  }
}
