import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const PAGE = 'functions/console/page';

it('has all of its files looked at by `npm run typecheck`', () => {
  const listed = execFileSync(`${ROOT}node_modules/.bin/tsc`, ['--project', PAGE, '--listFilesOnly'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const files = readdirSync(`${ROOT}${PAGE}`, { recursive: true, encoding: 'utf8' });
  const sources = files.filter((name) => /\.tsx?$/.test(name));
  expect(sources.length).toBeGreaterThan(50);
  expect(sources.filter((name) => !listed.includes(`/${PAGE}/${name}`))).toEqual([]);
});
