import { Faults } from '../cloudwatch/faults.ts';
import { type Input, Parameters } from '../cloudwatch/parameters.ts';
import { ServiceError } from '../cloudwatch/service-error.ts';
import type { LogEvent, LogStore } from './log-store.ts';

/**
 * Limits of one page: the number of events, and the bytes of their messages plus 26 bytes for each event.
 * Source: FilterLogEvents in the CloudWatch Logs API Reference.
 */
const MAX_EVENTS = 10_000;
const MAX_BYTES = 1024 ** 2;
const EVENT_BYTES = 26;

/** Each local function writes to one stream of this name. */
const STREAM = 'local';

interface Filter {
  readonly group: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly after: string | undefined;
  readonly limit: number;
  /** The text that a message must contain. */
  readonly term: string | undefined;
}

/**
 * Answers FilterLogEvents: a page of a group's lines, ordered by time. The only supported filter pattern is a
 * quoted term.
 *
 * @throws ServiceError for a group that does not exist, and for invalid parameters
 */
export async function answerFilterLogEvents(store: LogStore, groups: ReadonlySet<string>, input: Input) {
  const filter = parseFilter(input);
  if (!groups.has(filter.group))
    throw new ServiceError('ResourceNotFoundException', 'The specified log group does not exist.');
  const { events, hasMore } = await pageOf(store, filter);
  const last = events.at(-1);
  return {
    events: events.map(({ id, timestampMs, ingestedMs, message }) => ({
      logStreamName: STREAM,
      timestamp: timestampMs,
      ingestionTime: ingestedMs,
      message,
      eventId: id.replace('!', ''),
    })),
    searchedLogStreams: [],
    ...(hasMore && last ? { nextToken: Buffer.from(last.id).toString('base64url') } : {}),
  };
}

async function pageOf(store: LogStore, { group, term, limit, ...range }: Filter) {
  const events: LogEvent[] = [];
  let sizeBytes = 0;
  for await (const event of store.read(group, range)) {
    if (term !== undefined && !event.message.includes(term)) continue;
    sizeBytes += Buffer.byteLength(event.message) + EVENT_BYTES;
    if (events.length === limit || (events.length > 0 && sizeBytes > MAX_BYTES))
      return { events, hasMore: true };
    events.push(event);
  }
  return { events, hasMore: false };
}

function parseFilter(input: Input): Filter {
  const faults = new Faults();
  const parameters = new Parameters(faults, 'InvalidParameterException');
  const whole = (name: string, fallback: number, max: number) => {
    const value = input[name] ?? fallback;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max) return value;
    parameters.invalid(`The parameter ${name} must be a whole number from 0 to ${max}.`);
    return fallback;
  };
  const filter = {
    group: parameters.text(input.logGroupName, 'logGroupName', 512) ?? '',
    fromMs: whole('startTime', 0, Number.MAX_SAFE_INTEGER),
    toMs: whole('endTime', Date.UTC(9999, 0), Number.MAX_SAFE_INTEGER),
    limit: whole('limit', MAX_EVENTS, MAX_EVENTS),
    after: readToken(input.nextToken, parameters),
    term: readPattern(input.filterPattern, parameters),
  };
  faults.throwIfAny();
  return filter;
}

function readToken(token: unknown, parameters: Parameters): string | undefined {
  if (token === undefined) return undefined;
  const id = typeof token === 'string' ? Buffer.from(token, 'base64url').toString() : '';
  return /^\d{15}!\d{30}$/.test(id) ? id : parameters.invalid('The specified nextToken is invalid.');
}

function readPattern(pattern: unknown, parameters: Parameters): string | undefined {
  if (pattern === undefined || pattern === '') return undefined;
  const term = typeof pattern === 'string' ? /^"([^"\\]+)"$/.exec(pattern)?.[1] : undefined;
  return (
    term ??
    parameters.invalid(`The local CloudWatch Logs knows patterns such as "term", in quotes; got ${pattern}.`)
  );
}
