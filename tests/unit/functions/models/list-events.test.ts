import { afterAll, beforeAll, expect, it } from 'vitest';
import { listEvents } from '../../../../functions/models/list-events.ts';
import { OutboxWriter } from '../../../../lib/events/outbox.ts';
import { openTestRegistry, type TestRegistry } from '../../../helpers/dynamodb.ts';

let registry: TestRegistry;
beforeAll(async () => {
  registry = await openTestRegistry();
  const outbox = new OutboxWriter(registry.table);
  for (const model of ['wine', 'other', 'other', 'wine', 'other']) {
    const type = 'classifier.version.registered';
    await outbox.append({ id: model, type, model, time: '', summary: '', facts: {}, links: {} });
  }
});
afterAll(() => registry.close());

const ALL = { models: 'all' } as const;
const WINE = { models: ['wine'] };

async function sequences(caller: typeof ALL | typeof WINE, limit: number): Promise<number[][]> {
  const pages: number[][] = [];
  for (let after = 0; ; ) {
    const page = await listEvents(registry.table, { limit, after }, caller);
    pages.push(page.events.map(({ sequence }) => sequence));
    if (!page.has_more) return pages;
    after = page.after;
  }
}

it('lists all events to a token that is for all models', async () => {
  expect(await sequences(ALL, 2)).toEqual([[1, 2], [3, 4], [5]]);
});

it('lists to a bound token those of its models, and goes on over pages without any', async () => {
  expect(await sequences(WINE, 2)).toEqual([[1], [4], []]);
  expect(await sequences(WINE, 1)).toEqual([[1], [], [], [4], []]);
});

it('begins with the newest ones, of which a bound token may see none', async () => {
  expect(await listEvents(registry.table, { limit: 1 }, WINE)).toEqual({
    events: [],
    after: 5,
    has_more: false,
  });
});
