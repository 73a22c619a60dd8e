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
  /** An open LevelDB database or sublevel of strings that holds metrics only. */
  readonly database: MetricDatabase;
  /** Required by every local service; these operations do not return either. */
  readonly region: string;
  readonly accountId: string;
  /** Answers requests for CloudWatch Logs. */
  readonly logs?: Operate;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Called with faults of this server that no client caused. */
  onError(error: unknown): void;
  /**
   * Called with each line that looks like EMF but is invalid. CloudWatch makes no metric of such a line and
   * reports it nowhere.
   */
  readonly onInvalid?: (reason: string, line: string) => void;
}

/** A value that an AWS service records about itself. */
export interface ServiceRecord {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
  /** How often the value was observed; default 1. */
  readonly count?: number;
  readonly unit: string;
  readonly timestampMs: number;
}

export interface LocalCloudWatch {
  /** Not listening yet: the caller chooses host and port. */
  readonly server: Server;
  /**
   * Takes one line of a function's standard output. Resolves with true when it was EMF and is stored; with
   * false for an ordinary line, or for EMF that CloudWatch would not accept.
   */
  takeLogLine(line: string): Promise<boolean>;
  /** The same for many lines, stored together: all or none. */
  takeLogLines(lines: readonly string[]): Promise<boolean[]>;
  /**
   * Records metrics that AWS services record themselves (AWS/Lambda Errors, Invocations, ...).
   *
   * @throws RangeError for an unknown unit
   */
  record(data: readonly ServiceRecord[]): Promise<void>;
  /** Stops the server, finishes writes in progress, and leaves the database open. */
  close(): Promise<void>;
}

/**
 * The laptop's CloudWatch metrics. Data that a response, `takeLogLine` or `record` has acknowledged survives
 * the death of this process. Data is kept in the database, not in memory.
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
