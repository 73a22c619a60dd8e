import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { smokeTest, waitForChampion, waitForCount } from '../../../lib/deploy/api-checks.ts';

const smoke = (times: number, body = '{}') => ({
  token: 'secret',
  body,
  times,
  sleep: () => Promise.resolve(),
});

describe('asking the API', () => {
  const closers: (() => void)[] = [];
  afterEach(() => {
    for (const close of closers.splice(0)) close();
  });

  /** Answers with each of these in turn, and with the last from then on. */
  async function api(...answers: [status: number, body: string][]) {
    const requests: {
      method: string | undefined;
      url: string | undefined;
      authorization: string | undefined;
      body: string;
    }[] = [];
    const server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      requests.push({
        method: request.method,
        url: request.url,
        authorization: request.headers.authorization,
        body,
      });
      const [status, text] = answers[Math.min(requests.length, answers.length) - 1]!;
      response.writeHead(status, { 'content-type': 'application/json' }).end(text);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => server.close());
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
  }

  function waiting(timeoutMs: number) {
    let nowMs = 0;
    return {
      timeoutMs,
      intervalMs: 5000,
      now: () => nowMs,
      sleep: async (ms: number) => {
        nowMs += ms;
      },
    };
  }

  const ready: [number, string] = [200, '{"status":"ready","model_version":"v3"}'];
  const good: [number, string] = [200, '{"prediction":"setosa","confidence":0.9,"model_version":"v3"}'];

  it('waits until the registry holds a champion, and names it', async () => {
    const { url, requests } = await api([404, '{}'], [503, '{}'], [200, 'no JSON'], ready);
    expect(await waitForChampion(url, waiting(60_000))).toBe('v3');
    expect(requests.map((request) => request.url)).toEqual(Array.from({ length: 4 }, () => '/health'));
  });

  it('gives up after the time, with what stands in the way', async () => {
    const { url } = await api([503, '{"detail":"the gate failed: worse than guessing"}']);
    await expect(waitForChampion(url, waiting(20_000))).rejects.toThrow(
      'GET /health: expected 200 within 20 s, got 503 {"detail":"the gate failed: worse than guessing"}',
    );
  });

  it('says so when nothing answers', async () => {
    await expect(waitForChampion('http://127.0.0.1:1', waiting(0))).rejects.toThrow(/got 0 no answer: /);
  });

  const counted = (count: string): [number, string] => [
    200,
    `# TYPE classifier_requests_total counter\nclassifier_requests_total{route="POST /predict",status="4xx"} 9\nclassifier_requests_total{route="POST /predict",status="2xx"} ${count}\n`,
  ];

  it('waits until /metrics has counted what was sent', async () => {
    const { url, requests } = await api(
      [503, '{"code":"no_snapshot"}'],
      counted('0'),
      counted('4'),
      counted('12'),
    );
    expect(await waitForCount(url, 'secret', 5, waiting(60_000))).toBe(12);
    expect(requests.map(({ authorization }) => authorization)).toEqual(Array(4).fill('Bearer secret'));
    const { url: behind } = await api(counted('4'));
    await expect(waitForCount(behind, 'secret', 5, waiting(0))).rejects.toThrow(
      'expected 5 predictions within 0 s, got',
    );
  });

  it('predicts with the token, as often as told', async () => {
    const { url, requests } = await api(good);
    await smokeTest(url, smoke(3, '{"features":[1]}'));
    expect(requests).toEqual(
      Array.from({ length: 3 }, () => ({
        method: 'POST',
        url: '/predict',
        authorization: 'Bearer secret',
        body: '{"features":[1]}',
      })),
    );
  });

  it('waits while the gateway throttles it, and gives up a throttle that lets nothing through', async () => {
    const refused: [number, string] = [429, '{"message":"Too Many Requests"}'];
    const { url, requests } = await api(good, refused, refused, good);
    const pauses: number[] = [];
    const sleep = async (ms: number) => void pauses.push(ms);
    await smokeTest(url, { ...smoke(2), sleep });
    expect([requests.length, pauses]).toEqual([4, [1000, 1000]]);
    const { url: closed } = await api(refused);
    await expect(smokeTest(closed, { ...smoke(1), sleep })).rejects.toThrow(
      '1 of 1: expected a prediction, got 429',
    );
  });

  it.each([
    [500, '{"message":"Internal Server Error"}'],
    [401, '{"detail":"The token is unknown"}'],
    [200, '{"prediction":"","confidence":0.9,"model_version":"v3"}'],
    [200, '{"prediction":"setosa","confidence":1,"model_version":"v3"}'],
    [200, '{"prediction":"setosa","confidence":0.9}'],
    [200, '<html>'],
  ])(
    'fails at the first answer that is no prediction: %i %s, and never shows the token',
    async (status, body) => {
      const { url, requests } = await api(good, [status, body], good);
      const failure = await smokeTest(url, smoke(5)).catch((error: Error) => error.message);
      expect(failure).toBe(`POST /predict, 2 of 5: expected a prediction, got ${status} ${body}`);
      expect(requests).toHaveLength(2);
    },
  );
});
