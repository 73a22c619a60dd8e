import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isFound } from '../helpers/seeded-stack.ts';
import { eventually, startTestStack, type TestStack } from '../helpers/stack.ts';
import { differences, killSome, scrape, sendRequests, watchForFalls } from '../simulation/metrics-load.ts';

/** `npm run test:deep -- metrics` repeats this for minutes with 20 environments. */
const CLIENTS = 6;

let stack: TestStack;
beforeAll(async () => {
  // Without waiting, parallel requests run in several processes.
  stack = await startTestStack(undefined, { maxWaitMs: 0 });
  const body = await readFile(new URL('../../data/raw/iris.csv', import.meta.url));
  await fetch(`${stack.urls.s3}/classifier-raw/iris.csv`, { method: 'PUT', body });
  await eventually('a champion', () => isFound(`${stack.urls.http}/health`));
});
afterAll(() => stack.dispose());

describe('/metrics', () => {
  it('counts every answer and every function that died, and its counters never fall', async () => {
    const stop = new AbortController();
    const watching = watchForFalls(stack, await scrape(stack), 500, stop.signal);
    const killing = killSome(stack, 3, stop.signal);
    const seen = await sendRequests(stack, CLIENTS, 40).finally(() => stop.abort());
    const killed = await killing;
    const { falls, scrapes } = await watching;
    expect(falls).toEqual([]);
    expect(scrapes).toBeGreaterThan(0);
    expect(killed).toBeGreaterThan(0);
    expect(seen.failed).toBe(killed);
    expect(seen.sent).toBe(CLIENTS * 40);
    await eventually('what /metrics says to be what clients saw', async () => {
      const told = differences(await scrape(stack), seen);
      return told.length === 0 ? true : undefined;
    }).catch(async () => expect(differences(await scrape(stack), seen)).toEqual([]));
    // The counters must stop rising when the requests stop.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    const settled = await scrape(stack);
    expect(differences(settled, seen)).toEqual([]);
    const started = settled.values.get('classifier_cold_starts_total{function="predict"}')!;
    expect(started).toBeGreaterThanOrEqual(CLIENTS);
  });

  it('counts predictions by class, and the instances and confidence of requests', async () => {
    const { values } = await scrape(stack);
    const sum = (start: string) =>
      [...values]
        .filter(([series]) => series.startsWith(start))
        .reduce((total, [, value]) => total + value, 0);
    const predictions = sum('classifier_predictions_total{model="default"');
    expect(predictions).toBeGreaterThan(2000);
    expect(sum('classifier_request_instances_sum')).toBe(predictions);
    const requests = sum('classifier_request_instances_count');
    expect(values.get('classifier_prediction_confidence_count{model="default"}')).toBe(requests);
    const confidence = values.get('classifier_prediction_confidence_sum{model="default"}')! / requests;
    expect(confidence).toBeGreaterThan(0.5);
    expect(confidence).toBeLessThan(1);
    expect(values.get('classifier_rows_accepted_total{model="default"}')).toBe(150);
    expect(values.get('classifier_trainings_total{outcome="promoted"}')).toBe(1);
    expect(values.get('classifier_model_class_info{model="default",class="0",label="setosa"}')).toBe(1);
  });
});
