import { createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CloudEvent } from '../../lib/events/event.ts';
import { eventually, startTestStack, type TestStack } from '../helpers/stack.ts';

const KEY = randomBytes(32);
const CLASSES = ['setosa', 'virginica'];
const ROWS = Array.from({ length: 40 }, (_, i) => `${i % 2 === 0 ? i : 100 + i},${CLASSES[i % 2]}`);

interface Got {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let stack: TestStack;
let receiver: Server;
const got: Got[] = [];
beforeAll(async () => {
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      got.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      // The first attempt is refused: it comes again.
      response.writeHead(got.length === 1 ? 500 : 204).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const { port } = receiver.address() as AddressInfo;
  const secret = `whsec_${KEY.toString('base64')}`;
  stack = await startTestStack(undefined, { webhook: { url: `http://127.0.0.1:${port}/`, secret } });
});
afterAll(async () => {
  receiver?.closeAllConnections();
  await Promise.all([stack?.dispose(), new Promise((resolve) => receiver.close(resolve))]);
});

const put = async (key: string, body: string) => {
  const { status } = await fetch(`${stack.urls.s3}/classifier-raw/${key}`, { method: 'PUT', body });
  expect(status).toBe(200);
};

it('posts what happened, signed, in order and until it is taken, and lists it, without a value of the data', async () => {
  await put('iris/good.csv', `length,species\n${ROWS.join('\n')}\n`);
  await put('iris/bad.csv', 'length,species\n1,"patient-4711\n');
  stack.tellEvents();
  const types = () => got.map(({ body }) => (JSON.parse(body) as CloudEvent).type);
  const expected = [
    'classifier.upload.refused',
    'classifier.version.promoted',
    'classifier.version.registered',
  ] as const;
  await eventually('three events', async () => expected.every((type) => types().includes(type)) || undefined);
  for (const { headers, body } of got) {
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const signature = createHmac('sha256', KEY).update(signed).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${signature}`);
    expect((JSON.parse(body) as CloudEvent).id).toBe(headers['webhook-id']);
  }
  expect(got[0]!.body).toBe(got[1]!.body);
  const answer = await fetch(`${stack.urls.http}/events?after=0&limit=100`);
  const listed = (await answer.json()) as { events: CloudEvent[]; after: number; has_more: boolean };
  expect(got.slice(1).map(({ body }) => JSON.parse(body) as CloudEvent)).toEqual(listed.events);
  expect(listed).toMatchObject({ after: listed.events.length, has_more: false });
  expect(types().indexOf('classifier.version.registered')).toBeLessThan(
    types().indexOf('classifier.version.promoted'),
  );
  expect(got.map(({ body }) => body).join()).not.toContain('4711');
});
