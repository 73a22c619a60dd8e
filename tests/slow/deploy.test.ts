import { fileURLToPath } from 'node:url';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smokeTest, waitForChampion } from '../../lib/deploy/api-checks.ts';
import { probeVersion } from '../../lib/deploy/probe-version.ts';
import { uploadRawFiles } from '../../lib/deploy/upload-raw-files.ts';
import { startTestStack, type TestStack } from '../helpers/stack.ts';

const DATA = fileURLToPath(new URL('../../data/raw/', import.meta.url));

let stack: TestStack;
let s3: S3Client;
beforeAll(async () => {
  stack = await startTestStack();
  s3 = new S3Client({ endpoint: stack.urls.s3, forcePathStyle: true });
});
afterAll(async () => {
  s3.destroy();
  await stack.dispose();
});

const waiting = (timeoutMs: number) => ({
  timeoutMs,
  intervalMs: 200,
  now: Date.now,
  sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
});

describe('a rollout on a system without a model', () => {
  it('finds no champion, uploads the data once, waits for the model, and predicts', async () => {
    await expect(waitForChampion(stack.urls.http, waiting(0))).rejects.toThrow(
      /got (404|503) .*unknown_model|got 503/,
    );
    const lines: string[] = [];
    const upload = () => uploadRawFiles(s3, DATA, 'classifier-raw', (line) => lines.push(line));
    expect(await upload()).toEqual(['iris.csv', 'penguins/penguins.csv']);
    expect(await upload()).toEqual([]);
    expect(lines).toContain('iris.csv is in classifier-raw already');
    expect(await waitForChampion(stack.urls.http, waiting(50_000))).toBe('v1');
    const body = '{"features":[5.1,3.5,1.4,0.2]}';
    await smokeTest(stack.urls.http, { token: 'any', body, times: 3, sleep: waiting(0).sleep });
    expect(stack.problems).toEqual([]);
    // The other table may still be in training. The train function runs once at a time and would refuse the
    // question.
    await stack.lambda.idle();
  });

  it.each(['predict', 'metrics', 'ingest', 'train'])(
    'asks %s a question that it answers, and that has no effect',
    async (key) => {
      const lambda = new LambdaClient({ endpoint: stack.urls.lambda });
      const before = stack.lines.length;
      const target = { key, functionName: key, version: '$LATEST', trigger: 'http' } as const;
      expect(await probeVersion(lambda, target)).toBe(true);
      expect(stack.lines.slice(before).filter(({ line }) => line.includes('"ERROR"'))).toEqual([]);
      lambda.destroy();
    },
  );
});
