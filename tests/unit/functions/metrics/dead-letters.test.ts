import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deadLetters } from '../../../../functions/metrics/dead-letters.ts';
import { KEEPING_FUNCTIONS } from '../../../../lib/dead-letter-queues.ts';
import { fixture, type OpenHost, openHost } from '../../../helpers/lambda-fixtures/open-host.ts';

let open: OpenHost;
let sqs: SQSClient;
beforeAll(async () => {
  open = await openHost(
    KEEPING_FUNCTIONS.map((name) => fixture('scripted', { name })),
    { retryDelaysMs: [] },
  );
  sqs = new SQSClient({ endpoint: open.url, useQueueUrlAsEndpoint: false });
});
afterAll(async () => {
  sqs?.destroy();
  await open?.close();
});

const look = () => deadLetters({ sqs, functionPrefix: '' });
const failOf = async (name: string, count: number) => {
  for (let at = 0; at < count; at++) await open.host.invokeAsync(name, { act: 'throw' });
  await open.host.idle();
};

describe("what lies in the laptop's dead-letter queues", () => {
  it('is nothing at first, in a queue for each function that nobody waits for', async () => {
    expect(await look()).toEqual({
      queues: KEEPING_FUNCTIONS.map((name) => ({ function: name, queue: `${name}-dead-letters`, count: 0 })),
      letters: [],
    });
  });

  it('is what failed for good, still there when it is looked at again, and gone with its file', async () => {
    await failOf('ingest', 1);
    const [letter] = (await look()).letters;
    expect(letter).toMatchObject({
      function: 'ingest',
      attempts: 1,
      error: expect.stringMatching(/^TypeError/),
    });
    expect((await look()).letters).toEqual([letter]);
    await rm(join(open.folder, 'dead-letters', `ingest-${letter!.request_id}.json`));
    expect((await look()).letters).toEqual([]);
  });

  it('is shown in part where there is much of it, and counted whole', async () => {
    await failOf('train', 12);
    const { queues, letters } = await look();
    expect(queues.find((queue) => queue.function === 'train')!.count).toBe(12);
    expect(letters).toHaveLength(10);
    const times = letters.map(({ failed_at }) => failed_at);
    expect(times).toEqual(times.toSorted().reverse());
  });

  it('is asked for by the names of deployed functions', async () => {
    await expect(deadLetters({ sqs, functionPrefix: 'other-' })).rejects.toThrow(
      /other-\w+-dead-letters: expected the name of a function/,
    );
  });
});
