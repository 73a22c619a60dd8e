import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../lib/training/settings.ts';
import { trainModel } from '../../lib/training/train-model.ts';
import { readTrainingData } from '../helpers/train-csv.ts';

const run = promisify(execFile);
const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const IRIS = file('data/raw/iris.csv');
const PENGUINS = file('data/raw/penguins/penguins.csv');

/** Changes with ALGORITHM_VERSION, and with the usual gaps, which an artifact names. */
const GOLDEN = [
  'ebacf433e1008b73a9a9c2f0db51e2e9cd8c605f97e9f073bcc83bb3b0402158',
  'ceecaa23433f32910f42ceee72cabdebe6788be29f7b13a49c15db0a41512d59',
];

/** REPRODUCE_WITH_NODE names another Node, such as the next major version, that has to give the same. */
const nodes = [process.execPath, ...(process.env.REPRODUCE_WITH_NODE?.split(':') ?? [])];

it.each(nodes)(
  'trains the same artifacts whatever the time zone, the language and the process (%s)',
  async (node) => {
    const worlds = [
      { TZ: 'UTC', LANG: 'C' },
      { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
      { TZ: 'America/St_Johns', LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8' },
    ];
    for (const world of worlds) {
      const script = file('tests/helpers/print-artifact-sha.ts');
      const { stdout } = await run(node, [script, IRIS, PENGUINS], { env: { ...process.env, ...world } });
      expect(stdout.trim().split('\n'), JSON.stringify(world)).toEqual(GOLDEN);
    }
  },
  120_000,
);

it('trains the same artifact from rows in any order', async () => {
  const [header, ...rows] = (await readFile(PENGUINS, 'utf8')).trim().split(/\r?\n/);
  const folder = await mkdtemp(join(tmpdir(), 'reproducible-'));
  try {
    const shuffled = join(folder, 'shuffled.csv');
    const order = rows.map((row, i) => ({ row, at: (i * 127) % rows.length })).sort((a, b) => a.at - b.at);
    await writeFile(shuffled, [header, ...order.map(({ row }) => row)].join('\r\n'));
    const { artifactSha256 } = trainModel(await readTrainingData(shuffled), DEFAULT_SETTINGS);
    expect(artifactSha256).toBe(GOLDEN[1]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
