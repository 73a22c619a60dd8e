import { sha256 } from '../../sha256.ts';
import { type MetricDatabase, readBatches } from '../cloudwatch/database.ts';

/** One line of a function's log. */
export interface LogEvent {
  /** Where it stands among all: unique, and in the order of time and then of arrival. */
  readonly id: string;
  readonly timestampMs: number;
  readonly ingestedMs: number;
  readonly message: string;
}

/** A line that is to be kept. */
export interface LogLine {
  readonly group: string;
  readonly timestampMs: number;
  readonly message: string;
}

/** How long lines are kept on a laptop, in milliseconds: what gathers them reads the last hours. */
const KEPT_MS = 7 * 86_400_000;

const DIGITS = 15;
const padded = (value: number) => String(value).padStart(DIGITS, '0');

/** Keys: `e!<digest of the group>!<milliseconds>!<number>`. The group's digest cannot hold a `!`. */
const groupPrefix = (group: string) => `e!${sha256(group).subarray(0, 12).toString('base64url')}`;

/** The laptop's log groups, on the disk: what `append` has resolved survives the death of this process. */
export class LogStore {
  readonly #database: MetricDatabase;
  readonly #now: () => number;
  #appended = 0;

  /** @param database a LevelDB database or sublevel of strings, for nothing but logs */
  constructor(database: MetricDatabase, now: () => number) {
    this.#database = database;
    this.#now = now;
  }

  async append(lines: readonly LogLine[]): Promise<void> {
    const ingestedMs = this.#now();
    await this.#database.batch(
      lines.map(({ group, timestampMs, message }) => {
        // Unlike a counter alone, the time of arrival goes on rising after a restart.
        const id = `${padded(timestampMs)}!${padded(ingestedMs)}${padded(this.#appended++)}`;
        return { type: 'put', key: `${groupPrefix(group)}!${id}`, value: `${ingestedMs} ${message}` };
      }),
    );
  }

  /**
   * The lines of a group by time.
   *
   * @param range both ends included, in milliseconds; after the event of this id, where one is given
   */
  async *read(
    group: string,
    { fromMs, toMs, after }: { fromMs: number; toMs: number; after: string | undefined },
  ): AsyncGenerator<LogEvent> {
    const prefix = `${groupPrefix(group)}!`;
    const from = after === undefined ? { gte: `${prefix}${padded(fromMs)}` } : { gt: `${prefix}${after}` };
    const range = { ...from, lt: `${prefix}${padded(toMs + 1)}` };
    for await (const entries of readBatches(this.#database, range)) {
      for (const [key, value] of entries) yield eventOf(key.slice(prefix.length), value);
    }
  }

  /** Deletes what is too old. */
  async expire(groups: readonly string[]): Promise<void> {
    const end = padded(Math.max(0, this.#now() - KEPT_MS));
    for (const group of groups) {
      const prefix = `${groupPrefix(group)}!`;
      await this.#database.clear({ gte: prefix, lt: `${prefix}${end}` });
    }
  }
}

function eventOf(id: string, value: string): LogEvent {
  const end = value.indexOf(' ');
  return {
    id,
    timestampMs: Number(id.slice(0, DIGITS)),
    ingestedMs: Number(value.slice(0, end)),
    message: value.slice(end + 1),
  };
}
