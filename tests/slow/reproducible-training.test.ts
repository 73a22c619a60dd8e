import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../lib/training/settings.ts';
import { trainModel } from '../../lib/training/train-model.ts';
import { boundedClasses } from '../helpers/bounded-classes.ts';
import { readTrainingData } from '../helpers/train-csv.ts';

const run = promisify(execFile);
const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const IRIS = file('data/raw/iris.csv');
const PENGUINS = file('data/raw/penguins/penguins.csv');

/** Changes with ALGORITHM_VERSION, and with the usual gaps, which an artifact names. */
const GOLDEN = [
  '64c8a2ba99e10336918e8f0a99cac43e3548475bf5d1cd9f28c526a465f09721',
  '3c4608ba0ac73d791f32942a5a9820996ff0a1c44983bd27dc4aa8e6960ae73e',
];

const GOLDEN_TREES = 'dd4576973ee7b2dc763882fe45d1127d4ceb742a30cb0ca0fc9e218d9821440a';

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

it('trains the same artifact of a table whose neighbours score alike by trees', () => {
  const { artifactSha256, chosen } = trainModel(boundedClasses(), DEFAULT_SETTINGS);
  expect(chosen.recipe.space).toBe('trees');
  expect(artifactSha256).toBe(GOLDEN_TREES);
}, 60_000);
