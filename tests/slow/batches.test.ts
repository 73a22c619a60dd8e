import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { predictTable } from '../../lib/batch/predict-table.ts';
import { openModel } from '../../lib/classifier/model-file.ts';
import type { BatchDetail, BatchList } from '../../lib/http/schemas/batches-api.ts';
import { memoryFile } from '../helpers/csv-ingest.ts';
import { newFolder, type Started, start } from '../helpers/npm-start.ts';
import { eventually } from '../helpers/stack.ts';

/** Three lots, at about 250,000 rows each. */
const ROWS = 600_000;

const api = ({ urls }: Started) => `${new URL(urls.Predict).origin}/models/default`;

async function newest(running: Started) {
  const answer = await fetch(`${api(running)}/batches`);
  return ((await answer.json()) as BatchList).batches[0];
}

describe('a batch under npm start', () => {
  it('goes on after a kill, and is what one run over the file gives', async () => {
    const iris = await readFile(new URL('../../data/raw/iris.csv', import.meta.url), 'utf8');
    const [header = '', ...rows] = iris.trimEnd().split('\n');
    const lines = Array.from({ length: ROWS }, (_, i) => `"${i}\n",${rows[(i * 7) % rows.length]}`);
    const file = Buffer.from(`note,${header}\n${lines.join('\n')}\n`);
    const folder = await newFolder();
    const first = await start(folder);
    await fetch(`${first.urls.S3}/classifier-batches/many.csv`, { method: 'PUT', body: file });
    await eventually('a first lot', async () => ((await newest(first))?.rows ?? 0) > 0 || undefined, 120_000);
    first.process.kill('SIGKILL');
    await once(first.process, 'close');
    const second = await start(folder, '--no-seed');
    const done = await eventually(
      'the end of the batch',
      async () => {
        const found = await newest(second);
        return found && found.state !== 'running' ? found : undefined;
      },
      240_000,
    );
    expect(done).toMatchObject({ state: 'done', rows: ROWS, reason: null });
    const detail = await fetch(`${api(second)}/batches/${done.batch_id}`);
    const { lots, links, attempt } = (await detail.json()) as BatchDetail;
    expect({ lots, attempt }).toEqual({ lots: { done: 3, all: 3 }, attempt: 1 });
    const artifact = await fetch(`${api(second)}/versions/1/artifact`);
    const parts: Uint8Array[] = [];
    await predictTable(
      openModel(new Uint8Array(await artifact.arrayBuffer())),
      memoryFile(file),
      { write: (chunk) => void parts.push(chunk) },
      {
        contract: undefined,
        explain: false,
        probabilities: false,
        format: 'csv',
        json: false,
        onFault: () => undefined,
        onProgress: () => undefined,
      },
    );
    const result = Buffer.from(await (await fetch(links!.predictions.url)).arrayBuffer());
    expect(result.equals(Buffer.concat(parts))).toBe(true);
  }, 600_000);
});
