import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestRegistry, type TestRegistry } from '../helpers/dynamodb.ts';
import { httpEvent, LAMBDA_CONTEXT } from '../helpers/http-event.ts';

const BUNDLE = fileURLToPath(new URL('../../dist/functions/predict/handler.mjs', import.meta.url));

let registry: TestRegistry;
beforeAll(async () => {
  registry = await openTestRegistry();
});
afterAll(() => registry.close());

/**
 * Imports the bundle in a new process, sends it an event, and waits until nothing keeps the process alive. It
 * returns the exit code and the answer.
 */
function startAndAsk(endpoint: string): Promise<{ code: number | null; answer: string; errors: string }> {
  const program = `
    const { handler } = await import(${JSON.stringify(BUNDLE)});
    const answer = await handler(${JSON.stringify(httpEvent('GET /health'))}, ${JSON.stringify(LAMBDA_CONTEXT)});
    process.stdout.write('\\n' + JSON.stringify(answer) + '\\n');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_LAMBDA_FUNCTION_NAME: 'predict',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1769',
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
      MODELS_BUCKET: 'models',
      REGISTRY_TABLE: 'registry',
      AUTH: 'off',
    },
  });
  let text = '';
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, answer: answerIn(text), errors }));
  });
}

/** Finds the answer in the output, where metrics follow it. */
const answerIn = (text: string) => text.split('\n').find((line) => line.startsWith('{"statusCode"')) ?? text;

describe('the bundled predict function, which loads the default champion while it starts', () => {
  it('survives when there is no champion, and answers so', async () => {
    const { code, answer, errors } = await startAndAsk(registry.endpoint);
    expect(code, errors).toBe(0);
    expect(JSON.parse(answer)).toMatchObject({ statusCode: 404 });
  });

  it('survives when the registry is unreachable, and soon answers so', async () => {
    const { code, answer, errors } = await startAndAsk('http://127.0.0.1:9');
    expect(code, errors).toBe(0);
    expect(JSON.parse(answer)).toMatchObject({ statusCode: 503, headers: { 'retry-after': '5' } });
  });
});
