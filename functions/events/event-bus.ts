import type { Environment } from '../../lib/aws/service-endpoint.ts';
import { ServiceFault, SignedService, type Transport, textOf } from '../../lib/aws/signed-service.ts';
import type { CloudEvent } from '../../lib/events/event.ts';
import type { SendEvent } from './deliver.ts';

/** The longest that putting one event takes, with the delays between its attempts. */
export const LONGEST_PUT_MS = 30_000;

const LIMITS = {
  maxAttempts: 4,
  requestHandler: { connectionTimeout: 1000, requestTimeout: 5000, throwOnRequestTimeout: true },
} as const;

interface PutEventsAnswer {
  readonly FailedEntryCount: number;
  readonly Entries: readonly { readonly ErrorCode?: string; readonly ErrorMessage?: string }[];
}

/**
 * Puts events on a bus of EventBridge. One entry a call: of several in one call, a later one may be taken
 * while an earlier one is not, and then their order is lost.
 *
 * @param transport replaces HTTP, for tests
 */
export function eventBus(name: string, environment: Environment, transport?: Transport): SendEvent {
  const service = new SignedService({ service: 'events', environment, ...LIMITS, transport });
  return async (event) => {
    const body = JSON.stringify({ Entries: [entryOf(event, name)] });
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AWSEvents.PutEvents',
    };
    const { FailedEntryCount, Entries } = await service.send(
      { method: 'POST', path: '/', headers, body },
      async (response) => JSON.parse(await textOf(response)) as PutEventsAnswer,
      (response, text) =>
        new ServiceFault(nameOf(text), `EventBridge answered ${response.statusCode}`, response),
    );
    if (FailedEntryCount === 0) return;
    const { ErrorCode, ErrorMessage } = Entries[0] ?? {};
    throw new Error(`${name}: expected event ${event.id} to be taken, got ${ErrorCode}: ${ErrorMessage}`);
  };
}

/** Rules match the source and the type; the detail is the event itself. */
function entryOf(event: CloudEvent, EventBusName: string) {
  return {
    Source: EVENT_SOURCE,
    DetailType: event.type,
    Time: Date.parse(event.time) / 1000,
    Resources: [],
    Detail: JSON.stringify(event),
    EventBusName,
  };
}

const EVENT_SOURCE = 'classifier';

const nameOf = (text: string) => /"__type"\s*:\s*"(?:[^"#]*#)?([^"]+)"/.exec(text)?.[1] ?? 'UnknownFault';
