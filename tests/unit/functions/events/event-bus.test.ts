import { Readable } from 'node:stream';
import type { HttpRequest } from '@smithy/core/transport';
import { describe, expect, it } from 'vitest';
import { eventBus } from '../../../../functions/events/event-bus.ts';
import { eventAt } from '../../../../lib/events/event.ts';

const EVENT = eventAt(1, {
  id: 'wine/versions/1',
  type: 'classifier.version.registered',
  model: 'wine',
  time: '2026-01-02T03:04:05.500Z',
  summary: 'Model wine: v1 is registered; the quality gate passed it.',
  facts: { version: 1 },
  links: {},
});
const ENVIRONMENT = { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };

function answering(status: number, answer: unknown) {
  const requests: HttpRequest[] = [];
  const handle = async (request: HttpRequest) => {
    requests.push(request);
    return {
      response: {
        statusCode: status,
        headers: {},
        body: Readable.from([Buffer.from(JSON.stringify(answer))]),
      },
    };
  };
  return { requests, send: eventBus('classifier', ENVIRONMENT, { handle }) };
}

describe('the bus', () => {
  it('gets one entry a call, with the event as its detail', async () => {
    const { requests, send } = answering(200, { FailedEntryCount: 0, Entries: [{ EventId: '1' }] });
    await send(EVENT);
    expect(requests).toHaveLength(1);
    const { hostname, headers, body } = requests[0]!;
    expect(hostname).toBe('events.eu-central-1.amazonaws.com');
    expect(headers['x-amz-target']).toBe('AWSEvents.PutEvents');
    const { Entries } = JSON.parse(String(body)) as { Entries: Record<string, unknown>[] };
    expect(Entries).toHaveLength(1);
    expect(Entries[0]).toMatchObject({
      EventBusName: 'classifier',
      Source: 'classifier',
      DetailType: EVENT.type,
      Time: Date.parse(EVENT.time) / 1000,
    });
    expect(JSON.parse(String(Entries[0]!.Detail))).toEqual(EVENT);
  });

  it('that does not take an entry is a fault, though its answer is a 200', async () => {
    const answer = { FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure', ErrorMessage: 'x' }] };
    await expect(answering(200, answer).send(EVENT)).rejects.toThrow('wine/versions/1');
  });

  it('that refuses a call is a fault with its name', async () => {
    const fault = { __type: 'com.amazonaws.events#ResourceNotFoundException', message: 'no bus' };
    await expect(answering(400, fault).send(EVENT)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});
