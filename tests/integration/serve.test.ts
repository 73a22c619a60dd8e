import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { containerEnvironment } from '../helpers/container-environment.ts';
import { startSeededStack } from '../helpers/seeded-stack.ts';
import { eventually, type TestStack } from '../helpers/stack.ts';

const dist = (path: string) => fileURLToPath(new URL(`../../dist/${path}`, import.meta.url));
const [SERVER, HANDLER] = [dist('serve/serve.mjs'), dist('functions/predict/handler.mjs')];

let stack: TestStack;
const servers: ChildProcess[] = [];
beforeAll(async () => {
  stack = await startSeededStack();
});
afterAll(async () => {
  for (const server of servers) server.kill('SIGKILL');
  await stack?.dispose();
});

/** Starts the server as the image does, on any free port. @returns its address */
async function start(env: Readonly<Record<string, string>> = {}, args: readonly string[] = ['serve']) {
  const server = spawn(process.execPath, [SERVER, HANDLER, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...containerEnvironment(stack),
      SAGEMAKER_BIND_TO_PORT: '0',
      HOST: '127.0.0.1',
      ...env,
    },
  });
  servers.push(server);
  let said = '';
  server.stderr!.setEncoding('utf8').on('data', (chunk) => {
    said += chunk;
  });
  const ended = once(server, 'exit').then(([code]) => ({ code: code as number | null, said }));
  const listening = eventually('the server', async () => /serving on port (\d+)/.exec(said)?.[1]).then(
    (port) => ({
      server,
      ended,
      url: `http://127.0.0.1:${port}`,
    }),
  );
  return await Promise.race([listening, ended.then(({ said: why }) => Promise.reject(new Error(why)))]);
}

const row = JSON.stringify({ instances: [[5.1, 3.5, 1.4, 0.2]] });

describe('the server of a container', () => {
  it('answers what SageMaker and KServe ask of one, and ends when it is told to', async () => {
    const { server, ended, url } = await start();
    expect((await fetch(`${url}/ping`)).status).toBe(200);
    const headers = { 'content-type': 'application/json' };
    const answers = await Promise.all(
      ['/invocations', '/v1/models/default:predict', '/endpoints/default/invocations'].map(async (path) =>
        (await fetch(url + path, { method: 'POST', headers, body: row })).json(),
      ),
    );
    expect(answers).toEqual(Array(3).fill({ predictions: ['setosa'] }));
    const csv = { 'content-type': 'text/csv', accept: 'text/csv', host: 'predictor.example' };
    const table = await fetch(`${url}/invocations`, {
      method: 'POST',
      headers: csv,
      body: '5.1,3.5,1.4,0.2\n',
    });
    expect(await table.text()).toMatch(/^setosa,0\.\d+\n$/);
    expect((await fetch(`${url}/v2/health/ready`)).status).toBe(200);
    expect((await fetch(`${url}/models`)).status).toBe(404);
    server.kill('SIGTERM');
    expect((await ended).code).toBe(0);
  });

  it('asks for a token where it is told to', async () => {
    const { url } = await start({ AUTH: 'required' });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}/invocations`, { method: 'POST', headers, body: row });
    expect(answer.status).toBe(401);
    expect((await fetch(`${url}/ping`)).status).toBe(401);
  });

  it('says how it is started, and which settings it lacks', async () => {
    await expect(start({}, ['train'])).rejects.toThrow('Usage: node serve.mjs');
    await expect(start({ MODELS_BUCKET: '' })).rejects.toThrow('MODELS_BUCKET');
  });
});
