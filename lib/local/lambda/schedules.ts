import { randomUUID } from 'node:crypto';
import { ConfigurationError } from '../../errors.ts';
import type { AccountLocation } from './function-definition.ts';

/** setInterval takes at most 2^31 - 1 ms. */
const MAX_PERIOD_SECONDS = 2_147_483;

/** A rule that invokes a function at a fixed interval. */
export interface ScheduleDefinition {
  readonly name: string;
  readonly functionName: string;
  readonly everySeconds: number;
  /** Constant input that replaces the scheduled event. */
  readonly payload?: unknown;
}

export interface ScheduleOptions extends Partial<AccountLocation> {
  /**
   * Called with the rejection of invokeAsync. By default the rejection is unhandled, so that it is noticed.
   */
  onError?(error: unknown): void;
  readonly now?: () => number;
}

/** The part of a Lambda host that schedules use. */
export type InvokeAsync = (functionName: string, payload: unknown, id?: string) => Promise<void>;

/**
 * Starts all schedules. The first event of each comes after its first period, as with EventBridge's rate().
 * Events do not pile up: a tick is skipped while the previous one is still being accepted, and the queue
 * drops it, by its id, while the previous one waits or runs.
 *
 * @throws ConfigurationError naming every invalid schedule
 */
export function startSchedules(
  schedules: readonly ScheduleDefinition[],
  invokeAsync: InvokeAsync,
  options: ScheduleOptions = {},
): { stop(): void } {
  checkSchedules(schedules);
  const timers = schedules.map((schedule) => startSchedule(schedule, invokeAsync, options));
  return { stop: () => timers.forEach((timer) => void clearInterval(timer)) };
}

function startSchedule(
  schedule: ScheduleDefinition,
  invokeAsync: InvokeAsync,
  options: ScheduleOptions,
): NodeJS.Timeout {
  let accepting = false;
  const timer = setInterval(() => {
    if (accepting) return;
    accepting = true;
    const payload = schedule.payload ?? scheduledEvent(schedule, options);
    invokeAsync(schedule.functionName, payload, `schedule-${schedule.name}`)
      .catch(options.onError ?? rethrow)
      .finally(() => {
        accepting = false;
      });
  }, schedule.everySeconds * 1000);
  timer.unref();
  return timer;
}

/**
 * The event that an EventBridge rule with a schedule sends. Its time is in whole seconds.
 * Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html
 */
function scheduledEvent(
  { name }: ScheduleDefinition,
  { region = 'us-east-1', accountId = '000000000000', now = Date.now }: ScheduleOptions,
): unknown {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: accountId,
    time: new Date(now()).toISOString().replace(/\.\d{3}Z$/u, 'Z'),
    region,
    resources: [`arn:aws:events:${region}:${accountId}:rule/${name}`],
    detail: {},
  };
}

function checkSchedules(schedules: readonly ScheduleDefinition[]): void {
  const names = schedules.map(({ name }) => name);
  const faults = schedules.flatMap(({ name, everySeconds }, index) => [
    ...(names.indexOf(name) === index
      ? []
      : [`schedule ${JSON.stringify(name)}: defined twice; names must differ`]),
    ...(everySeconds > 0 && everySeconds <= MAX_PERIOD_SECONDS
      ? []
      : [
          `schedule ${JSON.stringify(name)}: everySeconds: expected more than 0, at most ` +
            `${MAX_PERIOD_SECONDS}, got ${everySeconds}`,
        ]),
  ]);
  if (faults.length > 0) throw new ConfigurationError(faults);
}

function rethrow(error: unknown): never {
  throw error;
}
