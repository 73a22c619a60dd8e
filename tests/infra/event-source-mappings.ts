import { randomUUID } from 'node:crypto';
import type { Answer, StandIn } from './recorder.ts';

interface Mapping {
  readonly UUID: string;
  readonly FunctionArn: string;
  readonly EventSourceArn: string;
}

/**
 * Keeps event source mappings as Lambda does. moto would run the function in Docker at each message of the
 * queue. The test itself hands the messages on: see bucket-events.ts.
 */
export function mappingStandIn(): StandIn {
  const mappings = new Map<string, Mapping & Readonly<Record<string, unknown>>>();
  const tags = new Map<string, unknown>();
  return ({ service, method, url, body }) => {
    if (service !== 'lambda') return undefined;
    const path = decodeURIComponent(url.pathname);
    const ofTags = /\/tags\/(arn:.*:event-source-mapping:.*)$/.exec(path)?.[1];
    if (ofTags !== undefined && method === 'GET') return json(200, { Tags: tags.get(ofTags) ?? {} });
    const id = /\/event-source-mappings\/?([^/]*)$/.exec(path)?.[1];
    if (id === undefined) return undefined;
    const input = body.length > 0 ? (JSON.parse(body.toString()) as Record<string, unknown>) : {};
    if (method === 'POST') {
      const made = create(input, url);
      mappings.set(made.UUID, made);
      tags.set(String(made.EventSourceMappingArn), input.Tags);
      return json(202, made);
    }
    if (id === '') return json(200, { EventSourceMappings: ofQueue(mappings, url) });
    const known = mappings.get(id);
    if (!known) return json(404, { Type: 'User', Message: 'none' }, 'ResourceNotFoundException');
    if (method === 'PUT') mappings.set(id, { ...known, ...input });
    if (method === 'DELETE') mappings.delete(id);
    return json(method === 'GET' ? 200 : 202, mappings.get(id) ?? { ...known, State: 'Deleting' });
  };
}

function create(input: Record<string, unknown>, { host }: URL) {
  const UUID = randomUUID();
  const FunctionArn = String(input.FunctionName);
  const arn = FunctionArn.replace(/:function:.*$/, `:event-source-mapping:${UUID}`);
  const { Tags: _, FunctionName: __, EventSourceArn, ...settings } = input;
  return {
    ...settings,
    UUID,
    FunctionArn,
    EventSourceArn: String(EventSourceArn),
    EventSourceMappingArn: arn,
    State: 'Enabled',
    StateTransitionReason: `USER_INITIATED at ${host}`,
    LastModified: 1_800_000_000,
  };
}

function ofQueue(mappings: ReadonlyMap<string, Mapping>, { searchParams }: URL): Mapping[] {
  const queue = searchParams.get('EventSourceArn');
  return [...mappings.values()].filter(({ EventSourceArn }) => queue === null || EventSourceArn === queue);
}

function json(status: number, value: unknown, error?: string): Answer {
  const headers = { 'content-type': 'application/json', ...(error ? { 'x-amzn-errortype': error } : {}) };
  return { status, headers, body: Buffer.from(JSON.stringify(value)) };
}
