import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { eventually, startTestStack } from '../helpers/stack.ts';

/** Checks /metrics of a running system with promtool, after valid and invalid predictions. */
const stack = await startTestStack();
try {
  const put = { method: 'PUT', body: await readFile(new URL('../../data/raw/iris.csv', import.meta.url)) };
  await fetch(`${stack.urls.s3}/classifier-raw/iris.csv`, put);
  const predict = async (body: string) => {
    const headers = { 'content-type': 'application/json' };
    return (await fetch(`${stack.urls.http}/predict`, { method: 'POST', headers, body })).status;
  };
  await eventually('a prediction', async () =>
    (await predict('{"features":[5.1,3.5,1.4,0.2]}')) === 200 ? true : undefined,
  );
  await predict('{"features":"x"}');
  const text = await eventually('a counted prediction', async () => {
    const exposition = await (await fetch(`${stack.urls.http}/metrics`)).text();
    return /requests_total\{route="POST \/predict",status="2xx"\} [1-9]/.test(exposition)
      ? exposition
      : undefined;
  });
  const checked = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
  if (checked.error) throw checked.error;
  process.stdout.write(checked.stdout + checked.stderr);
  process.stdout.write(
    `promtool check metrics: exit code ${checked.status}, ${text.split('\n').length} lines\n`,
  );
  process.exitCode = checked.status ?? 1;
} finally {
  await stack.dispose();
}
