import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Where what a unit test is named after may be: `deploy/cost` is lib/deploy/cost.ts, `infra/iam-policy` is
 * tests/infra/iam-policy.ts.
 */
const ROOMS = ['lib', '.', 'tests'];
/** Folders whose name begins with a dot, which no folder of tests shall. */
const HIDDEN: Readonly<Record<string, string>> = { ci: '.ci' };

/** Tests of the whole tree: what files import, how they are written, where tests are, what people read. */
const OF_THE_TREE = /^(imports|layout|style|documents\/.+)$/;

/** What is beside a test's subject: names without their endings, folders as they are. */
function namesIn(folder: string): string[] {
  const path = join(ROOT, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path).map((name) => name.replace(/\.(ts|mts|mjs)$/, ''));
}

function hasSubject(test: string): boolean {
  const [first = '', ...rest] = test.split('/');
  const subject = [HIDDEN[first] ?? first, ...rest].join('/');
  return ROOMS.some((room) => namesIn(join(room, dirname(subject))).includes(subject.split('/').at(-1)!));
}

function testsIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => file.replaceAll('\\', '/').replace(/\.test\.ts$/, ''));
}

describe('tests/unit', () => {
  const tests = testsIn('tests/unit');

  it('names each test after the file or folder that it tests, at the same place', () => {
    expect(tests.length).toBeGreaterThan(100);
    expect(tests.filter((test) => !OF_THE_TREE.test(test) && !hasSubject(test))).toEqual([]);
  });

  it('tells a subject from none', () => {
    const names = ['registry/table', 'functions/predict/routes', 'infra/iam-policy', 'ci/workflow-steps'];
    expect([...names, 'local/s3'].filter(hasSubject)).toEqual([...names, 'local/s3']);
    expect(
      ['registry/registry', 'functions/models/read', 'predict/routes', 'table'].filter(hasSubject),
    ).toEqual([]);
  });
});
