import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
const MAX_WIDTH = 110;

/** Biome limits the width of code, but never breaks a comment. */
const COMMENT_LINE = /^\s*(\/\/|\/\*|\*[ /]|#)|\s\/\/\s/;
/** A line that holds only an address cannot be broken. */
const ONLY_ADDRESS = /^\s*(\/\/|\*)\s+(Source: )?https:\/\/\S+$/;
/** The field says maxRows and minRows. */
const ODD_NAME = /\b(MOST|FEWEST|LEAST)_\w+/g;

interface SourceFile {
  readonly path: string;
  readonly lines: readonly string[];
}

function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && (/\.m?tsx?$|\.mjs$/.test(entry.name) || folder === '.ci'))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: relative(ROOT, path), lines: readFileSync(path, 'utf8').split('\n') }));
}

const files = ['lib', 'functions', 'tests', '.ci'].flatMap(sourceFiles);

function wideComments({ path, lines }: SourceFile): string[] {
  return lines.flatMap((line, i) => {
    const isWide = line.length > MAX_WIDTH && COMMENT_LINE.test(line) && !ONLY_ADDRESS.test(line);
    return isWide ? [`${path}:${i + 1}`] : [];
  });
}

function oddNames({ path, lines }: SourceFile): string[] {
  return lines.flatMap((line, i) => [...line.matchAll(ODD_NAME)].map(([name]) => `${path}:${i + 1} ${name}`));
}

describe('style', () => {
  it('finds the files', () => {
    expect(files.length).toBeGreaterThan(500);
    expect(files.map(({ path }) => path)).toContain('lib/errors.ts');
  });

  it(`keeps comments within ${MAX_WIDTH} columns`, () => {
    expect(files.flatMap(wideComments)).toEqual([]);
  });

  it('names limits MAX_ and MIN_', () => {
    expect(files.flatMap(oddNames)).toEqual([]);
  });

  it('recognises a wide comment and an odd name', () => {
    const wide = { path: 'a.ts', lines: [`  // ${'word '.repeat(22)}`, `const a = ${'1'.repeat(110)};`] };
    expect(wideComments(wide)).toEqual(['a.ts:1']);
    const odd = ['MOST', 'ROWS'].join('_');
    expect(oddNames({ path: 'a.ts', lines: [`const ${odd} = 1;`] })).toEqual([`a.ts:1 ${odd}`]);
  });
});
