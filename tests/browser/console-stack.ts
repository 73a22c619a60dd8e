import { startSeededStack } from '../helpers/seeded-stack.ts';
import { eventually, type TestStack } from '../helpers/stack.ts';
import { hostileCsv, irisCsv, lettersCsv, wideCsv } from './console-tables.ts';

/**
 * The laptop's system with something in every view: two versions of `default`, and the models `hostile`,
 * whose newest upload is refused, `letters` (26 classes) and `wide` (999 columns).
 */
export async function startFilledStack(): Promise<TestStack> {
  const stack = await startSeededStack();
  const put = (key: string, body: string) =>
    fetch(`${stack.urls.s3}/classifier-raw/${key}`, { method: 'PUT', body });
  const trained = (path: string) =>
    eventually(path, () => answers(`${stack.urls.http}/models/${path}`), 60_000);
  const tables = { hostile: hostileCsv(), letters: lettersCsv(), wide: wideCsv() };
  await put('fewer.csv', irisCsv().split('\n').toSpliced(5, 1).join('\n'));
  for (const [model, text] of Object.entries(tables)) await put(`${model}/${model}.csv`, text);
  await trained('default/versions/2');
  for (const model of Object.keys(tables)) await trained(`${model}/versions/1`);
  await put('hostile/again.csv', 'a,b\n');
  for (const row of ['[5.1,3.5,1.4,0.2]', '[6.7,3,5.2,2.3]', '[90,3,5.2,2.3]']) {
    const headers = { 'content-type': 'application/json' };
    await fetch(`${stack.urls.http}/predict`, { method: 'POST', body: `{"features":${row}}`, headers });
  }
  return stack;
}

async function answers(url: string): Promise<true | undefined> {
  const { ok, body } = await fetch(url);
  await body?.cancel();
  return ok || undefined;
}
