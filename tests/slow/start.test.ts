import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../../lib/sha256.ts';
import { FREE_PORTS, newFolder, predict, run, type Started, start } from '../helpers/npm-start.ts';

const artifacts = async ({ urls }: Started) => {
  const listing = await (await fetch(`${urls.S3}/classifier-models?list-type=2`)).text();
  const keys = [...listing.matchAll(/<Key>([^<]+\.knn)<\/Key>/g)].map((match) => match[1]!);
  return Promise.all(
    keys.map(async (key) => {
      const bytes = await (await fetch(`${urls.S3}/classifier-models/${key}`)).arrayBuffer();
      return sha256Hex(new Uint8Array(bytes));
    }),
  );
};

describe('npm start', () => {
  it('trains the seeded data, answers, and survives SIGKILL at any moment with the same version', async () => {
    const folder = await newFolder();
    for (const delayMs of [150, 600, 1200, 2000, 3000]) {
      const child = run('--json', '--state', folder, ...FREE_PORTS);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      child.kill('SIGKILL');
      await once(child, 'close');
    }
    const again = await start(folder);
    expect(await predict(again)).toMatchObject({
      status: 200,
      body: { prediction: 'setosa', model_version: 'v1' },
    });
  });

  it('makes byte-identical artifacts on two fresh states', async () => {
    const first = await start(await newFolder());
    const second = await start(await newFolder());
    const found = await artifacts(first);
    expect(found.length).toBeGreaterThan(0);
    expect(await artifacts(second)).toEqual(found);
  });
});
