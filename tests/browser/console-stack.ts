import { startSeededStack } from '../helpers/seeded-stack.ts';
import { eventually, type TestStack } from '../helpers/stack.ts';
import { hostileCsv, irisCsv, lettersCsv, wideCsv } from './console-tables.ts';

/**
 * The laptop's system with something in every view: two versions of `default`, one with an alias, tags and a
 * note, and the models `hostile`,
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
  for (const row of ['[5.1,3.5,1.4,0.2]', '[6.7,3,5.2,2.3]', '[90,3,5.2,2.3]'])
    await ask(stack, 'default', [row]);
  await nameVersion(stack);
  await answerHostileRows(stack);
  await drift(stack);
  await failForGood(stack);
  return stack;
}

async function nameVersion({ urls }: TestStack): Promise<void> {
  const bodies = {
    'aliases/last-year': { version: 1, decision: 2, reason: 'what the report of 2025 was made with' },
    'versions/1/notes': { note: 'Checked by Ann against the paper.', tags: ['reviewed'], revision: 0 },
  };
  for (const [path, body] of Object.entries(bodies)) {
    const answer = await fetch(`${urls.http}/models/default/${path}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  }
}

/** Two batches of `hostile`: of its own rows, under a hostile name, and of a file that is refused. */
async function answerHostileRows({ urls }: TestStack): Promise<void> {
  const put = (name: string, body: string) =>
    fetch(`${urls.s3}/classifier-batches/hostile/${encodeURIComponent(name)}`, { method: 'PUT', body });
  await put('<img src=x onerror=alert(1)>.csv', hostileCsv());
  await put('other.csv', 'a,b\n1,2\n');
  await eventually('two batches', async () => {
    const answer = await fetch(`${urls.http}/models/hostile/batches`);
    const { batches } = (await answer.json()) as { batches: { state: string }[] };
    return (batches.length === 2 && batches.every(({ state }) => state !== 'running')) || undefined;
  });
}

async function ask({ urls }: TestStack, model: string, rows: readonly string[]): Promise<void> {
  const answer = await fetch(`${urls.http}/models/${model}/predict`, {
    method: 'POST',
    body: `{"instances":[${rows.join(',')}]}`,
    headers: { 'content-type': 'application/json' },
  });
  if (!answer.ok) throw new Error(`${model} answered ${answer.status} ${await answer.text()}`);
  await answer.body?.cancel();
}

/** Asks the penguins' model of heavier birds, most of one island, and has that compared with its training. */
export async function drift(stack: TestStack): Promise<void> {
  const rows = Array.from({ length: 150 }, (_, at) =>
    JSON.stringify({
      island: at % 10 === 0 ? 'Biscoe' : 'Torgersen',
      bill_length_mm: 36 + (at % 20) / 2,
      bill_depth_mm: 17 + (at % 7) / 2,
      flipper_length_mm: 180 + (at % 30),
      body_mass_g: 4600 + 20 * (at % 50),
      sex: at % 4 === 0 ? null : at % 2 === 0 ? 'female' : 'male',
    }),
  );
  await ask(stack, 'penguins', rows);
  await eventually('a comparison', async () => {
    await stack.lambda.invoke('monitor', {});
    const answer = await fetch(`${stack.urls.http}/models/penguins/drift`);
    const { report } = (await answer.json()) as { report: { records: number } | null };
    return report?.records === rows.length || undefined;
  });
}

/** Has ingestion fail for good on a key that nobody can decode. */
export async function failForGood({ lambda }: TestStack): Promise<void> {
  const object = { key: 'hostile/%ZZ.csv', size: 1 };
  const s3 = { bucket: { name: 'classifier-raw' }, object };
  const record = {
    eventSource: 'aws:s3',
    eventName: 'ObjectCreated:Put',
    eventTime: new Date().toISOString(),
    s3,
  };
  await lambda.invokeAsync('ingest', { Records: [record] });
  await lambda.idle();
}

async function answers(url: string): Promise<true | undefined> {
  const { ok, body } = await fetch(url);
  await body?.cancel();
  return ok || undefined;
}
