import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RETRY_DELAYS_MS, webhook } from '../../../../functions/events/webhook.ts';
import { eventAt } from '../../../../lib/events/event.ts';
import { createLogger } from '../../../../lib/telemetry/logger.ts';

/** As `head -c 32 /dev/urandom | base64` makes one. */
const SECRET = 'whsec_3q2+796tvu/erb7v3q2+796tvu/erb7v3q2+796tvu8=';
const EVENT = eventAt(7, {
  id: 'wine/decisions/2',
  type: 'classifier.version.promoted',
  model: 'wine',
  time: '2026-01-02T03:04:05.000Z',
  summary: 'Model wine: v2 is the champion in place of v1.',
  facts: { decision: 2 },
  links: { model: '/models/wine' },
});

interface Got {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
});

/** A receiver that answers with these statuses, one after the other, the last one for ever. */
async function receive(statuses: readonly number[]) {
  const got: Got[] = [];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      got.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      const status = statuses[Math.min(got.length, statuses.length) - 1]!;
      response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
    });
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const logger = createLogger();
  const warn = vi.spyOn(logger, 'warn').mockImplementation(() => undefined);
  const slept: number[] = [];
  let nowMs = Date.UTC(2026, 0, 1);
  const send = webhook({
    url: `http://127.0.0.1:${port}/events`,
    secret: Buffer.from(SECRET.slice('whsec_'.length), 'base64'),
    fetch,
    sleep: async (ms) => {
      slept.push(ms);
      nowMs += ms;
    },
    logger,
    now: () => nowMs,
  });
  return { got, send, slept, warn };
}

describe('a webhook', () => {
  it('is signed, so that a receiver who knows the secret can tell', async () => {
    const { got, send } = await receive([204]);
    await send(EVENT);
    expect(got).toHaveLength(1);
    const { headers, body } = got[0]!;
    // As functions/README.md says it: the key is what follows whsec_, as base64.
    const key = Buffer.from(SECRET.slice(6), 'base64');
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const expected = createHmac('sha256', key).update(signed).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${expected}`);
    expect(headers['webhook-id']).toBe(EVENT.id);
    expect(Number(headers['webhook-timestamp'])).toBe(Date.UTC(2026, 0, 1) / 1000);
    expect(headers['content-type']).toMatch(/^application\/cloudevents\+json/);
    expect(JSON.parse(body)).toEqual(EVENT);
  });

  it('is tried again with growing delays, each time with its own time, until it is taken', async () => {
    const { got, send, slept, warn } = await receive([500, 302, 200]);
    await send(EVENT);
    expect(got).toHaveLength(3);
    expect(slept).toEqual(RETRY_DELAYS_MS.slice(0, 2));
    expect(new Set(got.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(3);
    expect(new Set(got.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(warn).not.toHaveBeenCalled();
  });

  it('is given up after its last attempt, and says which event was not taken', async () => {
    const { got, send, warn } = await receive([503]);
    await send(EVENT);
    expect(got).toHaveLength(RETRY_DELAYS_MS.length + 1);
    expect(warn).toHaveBeenCalledTimes(1);
    const said = JSON.stringify(warn.mock.calls[0]);
    expect(said).toContain(EVENT.id);
    expect(said).toContain('status 503');
  });

  it('is given up where nobody listens', async () => {
    const { send, warn } = await receive([200]);
    server!.closeAllConnections();
    await new Promise<void>((resolve) => server!.close(() => resolve()));
    server = undefined;
    await send(EVENT);
    expect(JSON.stringify(warn.mock.calls)).toContain('ECONNREFUSED');
  });
});
