/**
 * Draws the picture of README.md: the report of a model of the penguins, as `npm run train` writes it. Run
 * `node tests/browser/picture-model-report.ts` after a change of that page. It needs Chromium.
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runCli } from '../helpers/command.ts';
import { launchChromium } from './chromium.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PICTURE = join(ROOT, 'lib/training/model-report.png');
const WIDTH = 900;
/** README shows it at about this width, and the file stays small. */
const SCALE = 0.7;

const folder = await mkdtemp(join(tmpdir(), 'classifier-picture-'));
try {
  const { code, stderr } = await runCli(
    'train',
    join(ROOT, 'data/raw/penguins/penguins.csv'),
    '--out',
    folder,
  );
  if (code !== 0) throw new Error(`train ended with ${code}: ${stderr}`);
  const report = (await readdir(folder)).find((name) => name.endsWith('.report.html'));
  const browser = await launchChromium();
  const page = await browser.newPage({ viewport: { width: WIDTH, height: WIDTH }, deviceScaleFactor: SCALE });
  await page.goto(pathToFileURL(join(folder, report!)).href);
  // The part that a person reads first. With the charts below it, the file would be too large.
  const end = await page.getByRole('heading', { name: 'Can the confidence be trusted?' }).boundingBox();
  await page.screenshot({
    path: PICTURE,
    fullPage: true,
    clip: { x: 0, y: 0, width: WIDTH, height: end!.y },
  });
  await browser.close();
} finally {
  await rm(folder, { recursive: true });
}
