import type { Server } from 'node:http';
import type { MetricDatabase } from './database.ts';
import { Distribution } from './distribution.ts';
import { parseEmf } from './emf.ts';
import { createEndpoint } from './endpoint.ts';
import { createOperations, type Operate } from './operations.ts';
import { expire } from './retention.ts';
import { createSeries } from './series.ts';
import { type Contribution, MetricStore } from './store.ts';
import { isUnit } from './units.ts';

export interface LocalCloudWatchOptions {
  /** A LevelDB database or sublevel of strings, open, for nothing but metrics. */
  readonly database: MetricDatabase;
  /** Neither is part of what these operations answer; every service of the laptop is opened with both. */
  readonly region: string;
  readonly accountId: string;
  /** Answers what is addressed to CloudWatch Logs. */
  readonly logs?: Operate;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Faults of this server, which no client caused. */
  onError(error: unknown): void;
  /** A line that means to be EMF but is not: CloudWatch makes no metric of it, and says so nowhere. */
  readonly onInvalid?: (reason: string, line: string) => void;
}

/** A value that an AWS service records about itself. */
export interface ServiceRecord {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
  /** How often that value was observed; once when left out. */
  readonly count?: number;
  readonly unit: string;
  readonly timestampMs: number;
}

export interface LocalCloudWatch {
  /** Not listening yet: the caller chooses host and port. */
  readonly server: Server;
  /**
   * Takes one line of a function's standard output; true when it was EMF (and is stored), false when it is an ordinary
   * line, or an attempt at EMF that CloudWatch would not take either.
   */
  takeLogLine(line: string): Promise<boolean>;
  /** The same for many lines at once, which are stored together: all or none. */
  takeLogLines(lines: readonly string[]): Promise<boolean[]>;
  /** Records what AWS services themselves record (AWS/Lambda Errors, Invocations, ...). Throws a RangeError on an unknown unit. */
  record(data: readonly ServiceRecord[]): Promise<void>;
  /** Stops the server, writes what is under way, and leaves the database open. */
  close(): Promise<void>;
}

/**
 * The laptop's CloudWatch metrics. What a response, `takeLogLine` or `record` has acknowledged survives the death of
 * this process. Data is kept in the database, not in memory.
 */
export async function openLocalCloudWatch(options: LocalCloudWatchOptions): Promise<LocalCloudWatch> {
  const { database, now = Date.now, onError, onInvalid = () => undefined } = options;
  const store = new MetricStore(database, now, onError);
  await store.recover();
  await expire(database, now());
  const takeLogLines = async (lines: readonly string[]) => {
    const parsed = lines.map((line) => parseEmf(line, now()));
    for (const [i, read] of parsed.entries()) if (read.kind === 'invalid') onInvalid(read.reason, lines[i]!);
    await store.append(parsed.flatMap((read) => (read.kind === 'metrics' ? read.contributions : [])));
    return parsed.map(({ kind }) => kind === 'metrics');
  };
  const services = { metrics: createOperations(database, store, now), logs: options.logs };
  const server = createEndpoint(services, onError);
  return {
    server,
    takeLogLine: async (line) => (await takeLogLines([line]))[0]!,
    takeLogLines,
    record: (data) => store.append(data.map(toContribution)),
    async close() {
      await closeServer(server);
      await store.close();
    },
  };
}

function toContribution({
  namespace,
  name,
  dimensions,
  value,
  count = 1,
  unit,
  timestampMs,
}: ServiceRecord): Contribution {
  if (!isUnit(unit))
    throw new RangeError(`metric ${namespace} ${name}: expected a CloudWatch unit, got "${unit}"`);
  const distribution = new Distribution();
  distribution.add(value, count);
  const series = createSeries(namespace, name, Object.entries(dimensions));
  return { series, unit, timestampMs, highResolution: false, distribution };
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  await closed;
}
