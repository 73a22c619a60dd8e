import { InvokeCommand, LambdaClient, TooManyRequestsException } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { probeVersion } from '../../../lib/deploy/probe-version.ts';

describe('asking a version directly', () => {
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
    'takes %j for an answer',
    async (payload) => {
      expect((await asked('models', payload)).answered).toBe(true);
    },
  );

  it('names the function, the version and what it threw', async () => {
    await expect(asked('ingest', '{"errorMessage":"Invalid configuration"}', 'Unhandled')).rejects.toThrow(
      'classifier-ingest version 7: expected an answer, got Unhandled: {"errorMessage":"Invalid configuration"}',
    );
    await expect(asked('predict', '{"statusCode":502}')).rejects.toThrow(
      'expected an answer below 500, or 503, got 502',
    );
  });

  it('says what to do when the function is busy, and fails with any other refusal as it came', async () => {
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
      'classifier-train version 7: expected an answer, got TooManyRequestsException (ReservedFunctionConcurrentInvocationLimitExceeded); roll out again when its running calls have ended, or raise its concurrency',
    );
    mock.on(InvokeCommand).rejects(new Error('not allowed'));
    await expect(probeVersion(client, target)).rejects.toThrow(/^not allowed$/);
  });

  it('leaves a function alone that has no harmless question', async () => {
    expect(await asked('housekeeping', '{}')).toEqual({ answered: false, inputs: [] });
  });
});
