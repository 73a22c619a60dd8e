import { setTimeout } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { TABLE_CALLS } from '../../lib/aws/client-limits.ts';
import { readConfiguration } from '../../lib/config.ts';
import { secretBytes } from '../../lib/events/webhook-signature.ts';
import { RegistryTable } from '../../lib/registry/table.ts';
import { createLogger } from '../../lib/telemetry/logger.ts';
import { createMetricEmitter } from '../../lib/telemetry/metrics.ts';
import { collect } from './collect.ts';
import { deliver, type SendEvent } from './deliver.ts';
import { eventBus, LONGEST_PUT_MS } from './event-bus.ts';
import { settings } from './settings.ts';
import { LONGEST_SEND_MS, webhook } from './webhook.ts';

const config = readConfiguration(settings, process.env);
const logger = createLogger();
const metrics = createMetricEmitter('events');
const table = new RegistryTable(new DynamoDBClient(TABLE_CALLS), config.REGISTRY_TABLE);
const { send, longestMs } = sender();

interface EventsReport {
  /** Events that were written to the outbox. */
  readonly collected: number;
  /** Events that were sent, or given up. */
  readonly delivered: number;
  /** False when time ran out: the next call goes on. */
  readonly isDone: boolean;
}

/**
 * Runs on a schedule, and on a laptop whenever the registry changes. To run it by hand, invoke it with any
 * payload.
 */
export const handler = middy<unknown, EventsReport, Error, Context>()
  .before(({ context }) => {
    logger.addContext(context);
    metrics.flush();
  })
  .handler(async (_event, context) => {
    const collected = await collect({ table, now: Date.now });
    const hasTime = () => context.getRemainingTimeInMillis() > longestMs;
    const { delivered, isDone } = await deliver({ table, send, hasTime });
    logger.debug('events', { collected, delivered });
    return { collected, delivered, isDone };
  });

/** How one event is sent, and how long that takes at most. */
function sender(): { readonly send: SendEvent | undefined; readonly longestMs: number } {
  const { EVENT_BUS: bus, WEBHOOK_URL: url, WEBHOOK_SECRET: secret } = config;
  if (bus !== '') return { send: eventBus(bus, process.env), longestMs: LONGEST_PUT_MS };
  if (url === '') return { send: undefined, longestMs: 0 };
  const hook = { url, secret: secretBytes(secret)!, fetch, sleep: setTimeout, logger, now: Date.now };
  return { send: webhook(hook), longestMs: LONGEST_SEND_MS };
}
