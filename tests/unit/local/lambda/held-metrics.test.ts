import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, fixture, type OpenHost, openHost } from '../../../helpers/lambda-fixtures/open-host.ts';

let open: OpenHost;

beforeAll(async () => {
  open = await openHost([fixture('prints-metrics')]);
});
afterAll(() => open.close());

const metric = (name: string) => `{"_aws":{},"${name}":1}\n`;

/** The lines of standard output of an invocation, once `count` of them have arrived. */
async function printed(event: object, count: number): Promise<string[]> {
  open.lines.length = 0;
  await open.host.invoke('prints-metrics', event);
  const lines = () => open.lines.filter(({ stream }) => stream === 'stdout').map(({ line }) => line);
  await eventually(() => lines().length >= count);
  return lines();
}

it('metrics arrive no later than the answer', async () => {
  open.lines.length = 0;
  await open.host.invoke('prints-metrics', { texts: [metric('a') + metric('ü'), metric('c')] });
  expect(open.lines.map(({ line }) => line)).toEqual(
    [metric('a'), metric('ü'), metric('c')].map((line) => line.trimEnd()),
  );
});

it('metrics and other lines keep their order', async () => {
  const texts = ['before\n', metric('a'), 'between\n', metric('b'), 'after\n'];
  expect(await printed({ texts }, 5)).toEqual(texts.map((text) => text.trimEnd()));
});

it.each([
  ['throws', { end: 'throw' }],
  ['exits', { end: 'exit' }],
  ['answers more than Lambda returns', { bytes: 7 * 1024 ** 2 }],
])('metrics of an invocation that %s are not lost', async (_, end) => {
  const texts = ['before\n', metric('a')];
  // Either way may be read first.
  expect((await printed({ texts, ...end }, 2)).toSorted()).toEqual(['before', metric('a').trimEnd()]);
});
