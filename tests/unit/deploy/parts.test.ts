import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { InvokeCommand, LambdaClient, TooManyRequestsException } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, describe, expect, it } from 'vitest';
import { checkAlarms } from '../../../lib/deploy/alarm-brake.ts';
import { smokeTest, waitForChampion } from '../../../lib/deploy/api-checks.ts';
import { readDeployment } from '../../../lib/deploy/deployment.ts';
import { probeVersion } from '../../../lib/deploy/probe-version.ts';

describe('the output of Terraform', () => {
  const outputs = {
    api_url: { value: 'https://a.example/', type: 'string', sensitive: false },
    raw_bucket: { value: 'classifier-raw-1' },
    alias: { value: 'live' },
    rollout_alarms: { value: ['errors'] },
    functions: { value: { predict: { name: 'classifier-predict', version: '7', triggered_by: 'http' } } },
    predict_curl: { value: 'curl ...' },
  };

  it('names the API, the bucket, the alarms and each function with its version', () => {
    expect(readDeployment(JSON.stringify(outputs))).toEqual({
      apiUrl: 'https://a.example',
      rawBucket: 'classifier-raw-1',
      alias: 'live',
      alarms: ['errors'],
      functions: [{ key: 'predict', functionName: 'classifier-predict', version: '7', trigger: 'http' }],
    });
  });

  it('is refused with a list of every output that is missing or has the wrong form', () => {
    const { alias: _, ...rest } = outputs;
    const unpublished = { predict: { name: 'p', version: '$LATEST', triggered_by: 'http' } };
    const text = JSON.stringify({ ...rest, functions: { value: unpublished } });
    expect(() => readDeployment(text)).toThrow(
      /terraform output alias: .*\n.*functions\.value\.predict\.version: expected a published version/,
    );
    expect(() => readDeployment('Warning: no outputs')).toThrow('expected JSON, got 19 characters');
  });
});

describe('alarms', () => {
  it('are read a hundred at a time, with composite alarms', async () => {
    const client = new CloudWatchClient({});
    const mock = mockClient(client);
    mock.on(DescribeAlarmsCommand).callsFake(({ AlarmNames }: { AlarmNames: string[] }) => ({
      CompositeAlarms: AlarmNames.map((AlarmName) => ({
        AlarmName,
        StateValue: AlarmName === 'a130' ? 'ALARM' : 'OK',
        StateReason: 'two of three',
      })),
    }));
    const names = Array.from({ length: 150 }, (_, i) => `a${i}`);
    await expect(checkAlarms(client, names)).rejects.toThrow('in alarm: a130 (two of three)');
    expect(mock.calls().map(({ args: [command] }) => command.input)).toMatchObject([
      { AlarmNames: names.slice(0, 100), AlarmTypes: ['MetricAlarm', 'CompositeAlarm'], MaxRecords: 100 },
      { AlarmNames: names.slice(100) },
    ]);
  });
});

describe('calling a version directly', () => {
  const asked = async (key: string, payload: string, error?: string) => {
    const client = new LambdaClient({});
    const mock = mockClient(client);
    mock.on(InvokeCommand).resolves({
      Payload: Buffer.from(payload) as never,
      ...(error === undefined ? {} : { FunctionError: error }),
    });
    const target = { key, functionName: `classifier-${key}`, version: '7', trigger: 'http' } as const;
    const answered = await probeVersion(client, target);
    return { answered, inputs: mock.calls().map(({ args: [command] }) => command.input) };
  };

  it('names the version, never the alias', async () => {
    const { answered, inputs } = await asked('predict', '{"statusCode":200}');
    expect(answered).toBe(true);
    expect(inputs).toMatchObject([{ FunctionName: 'classifier-predict', Qualifier: '7' }]);
  });

  it.each(['{"statusCode":401}', '{"statusCode":503}', 'null', '{"isAuthorized":true}', ''])(
    'accepts %j as an answer',
    async (payload) => {
      expect((await asked('models', payload)).answered).toBe(true);
    },
  );

  it('names the function, the version and the error that it threw', async () => {
    await expect(asked('ingest', '{"errorMessage":"Invalid configuration"}', 'Unhandled')).rejects.toThrow(
      'classifier-ingest version 7: expected an answer, got Unhandled: {"errorMessage":"Invalid configuration"}',
    );
    await expect(asked('predict', '{"statusCode":502}')).rejects.toThrow(
      'expected an answer below 500, or 503, got 502',
    );
  });

  it('says what to do when the function is busy, and passes any other refusal on', async () => {
    const client = new LambdaClient({ maxAttempts: 1 });
    const mock = mockClient(client);
    const target = {
      key: 'train',
      functionName: 'classifier-train',
      version: '7',
      trigger: 'event',
    } as const;
    const refusal = {
      message: 'Rate Exceeded.',
      Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
      $metadata: {},
    } as const;
    mock.on(InvokeCommand).rejects(new TooManyRequestsException(refusal));
    await expect(probeVersion(client, target)).rejects.toThrow(
      'classifier-train version 7: expected an answer, got TooManyRequestsException (ReservedFunctionConcurrentInvocationLimitExceeded); roll out again when its running calls have ended',
    );
    mock.on(InvokeCommand).rejects(new Error('not allowed'));
    await expect(probeVersion(client, target)).rejects.toThrow(/^not allowed$/);
  });

  it('skips a function without a harmless event', async () => {
    expect(await asked('housekeeping', '{}')).toEqual({ answered: false, inputs: [] });
  });
});

describe('calling the API', () => {
  const closers: (() => void)[] = [];
  afterEach(() => {
    for (const close of closers.splice(0)) close();
  });

  /** A server that gives each of these answers in turn, and repeats the last. */
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

  it('waits until the registry has a champion, and names it', async () => {
    const { url, requests } = await api([404, '{}'], [503, '{}'], [200, 'no JSON'], ready);
    expect(await waitForChampion(url, waiting(60_000))).toBe('v3');
    expect(requests.map((request) => request.url)).toEqual(Array.from({ length: 4 }, () => '/health'));
  });

  it('gives up when the time is over, with the reason', async () => {
    const { url } = await api([503, '{"detail":"the gate failed: worse than guessing"}']);
    await expect(waitForChampion(url, waiting(20_000))).rejects.toThrow(
      'GET /health: expected 200 within 20 s, got 503 {"detail":"the gate failed: worse than guessing"}',
    );
  });

  it('reports that nothing answers', async () => {
    await expect(waitForChampion('http://127.0.0.1:1', waiting(0))).rejects.toThrow(/got 0 no answer: /);
  });

  it('predicts with the token, the given number of times', async () => {
    const { url, requests } = await api(good);
    await smokeTest(url, 'secret', '{"features":[1]}', 3);
    expect(requests).toEqual(
      Array.from({ length: 3 }, () => ({
        method: 'POST',
        url: '/predict',
        authorization: 'Bearer secret',
        body: '{"features":[1]}',
      })),
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
    'fails at the first answer that is not a prediction: %i %s, and never shows the token',
    async (status, body) => {
      const { url, requests } = await api(good, [status, body], good);
      const failure = await smokeTest(url, 'secret', '{}', 5).catch((error: Error) => error.message);
      expect(failure).toBe(`POST /predict, 2 of 5: expected a prediction, got ${status} ${body}`);
      expect(requests).toHaveLength(2);
    },
  );
});
