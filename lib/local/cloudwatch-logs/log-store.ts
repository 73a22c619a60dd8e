import { sha256 } from '../../sha256.ts';
import { type MetricDatabase, readBatches } from '../cloudwatch/database.ts';

/** One line of a function's log. */
export interface LogEvent {
  /** Unique. Ids sort by time and then by arrival. */
  readonly id: string;
  readonly timestampMs: number;
  readonly ingestedMs: number;
  readonly message: string;
}

/** A line to store. */
export interface LogLine {
  readonly group: string;
  readonly timestampMs: number;
  readonly message: string;
}

/**
 * How long the laptop keeps lines, in milliseconds. The monitor, which reads them, needs the last hours only.
 */
const RETENTION_MS = 7 * 86_400_000;

const DIGITS = 15;
const padded = (value: number) => String(value).padStart(DIGITS, '0');

/** Keys: `e!<digest of the group>!<milliseconds>!<number>`. The group's digest cannot hold a `!`. */
const groupPrefix = (group: string) => `e!${sha256(group).subarray(0, 12).toString('base64url')}`;

/** The laptop's log groups, on disk. After `append` resolves, its lines survive the death of this process. */
export class LogStore {
  readonly #database: MetricDatabase;
  readonly #now: () => number;
  #appended = 0;

  /** @param database a LevelDB database or sublevel of strings that holds logs only */
  constructor(database: MetricDatabase, now: () => number) {
    this.#database = database;
    this.#now = now;
  }

  async append(lines: readonly LogLine[]): Promise<void> {
    const ingestedMs = this.#now();
    await this.#database.batch(
      lines.map(({ group, timestampMs, message }) => {
        // A counter alone would start again after a restart; the time of arrival keeps rising.
        const id = `${padded(timestampMs)}!${padded(ingestedMs)}${padded(this.#appended++)}`;
        return { type: 'put', key: `${groupPrefix(group)}!${id}`, value: `${ingestedMs} ${message}` };
      }),
    );
  }

  /**
   * The lines of a group, ordered by time.
   *
   * @param range both ends included, in milliseconds; reading starts after the event with this id, if one is
   *   given
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

  /** Deletes lines that are too old. */
  async expire(groups: readonly string[]): Promise<void> {
    const end = padded(Math.max(0, this.#now() - RETENTION_MS));
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
