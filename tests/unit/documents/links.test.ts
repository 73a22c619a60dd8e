import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchorsOf, type MarkdownFile, markdownFiles, parseMarkdown, ROOT } from '../../helpers/documents.ts';

const files = markdownFiles();
const byPath = new Map(files.map((file) => [file.path, file]));

/** What a document points to beside the web: `[text](target)` and `src="target"`. */
function linksOf({ prose }: MarkdownFile): { line: number; target: string }[] {
  return prose.flatMap((text, i) =>
    [...text.replaceAll(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g)]
      .map((match) => ({ line: i + 1, target: (match[1] ?? match[2])! }))
      .filter(({ target }) => !/^[a-z]+:/.test(target)),
  );
}

function isBroken({ path }: MarkdownFile, target: string): boolean {
  const [file = '', anchor] = target.split('#');
  const to = file === '' ? path : normalize(join(dirname(path), file));
  if (!existsSync(join(ROOT, to))) return true;
  if (anchor === undefined) return false;
  const document = byPath.get(to);
  return document === undefined || !anchorsOf(document).includes(anchor);
}

/** Files and folders that a document names in passing: `lib/dataset/schema.ts`, `tests/unit/`. */
function pathsOf({ prose }: MarkdownFile): { line: number; target: string }[] {
  return prose.flatMap((text, i) =>
    [...text.matchAll(/`((?:functions|lib|tests|terraform|data|\.ci|\.github)\/[\w./-]*)`/g)].map(
      ([, target]) => ({ line: i + 1, target: target! }),
    ),
  );
}

describe('documents', () => {
  it('are found, in every room that README names', () => {
    const paths = files.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining(['README.md', 'functions/README.md', 'terraform/RUNBOOKS.md']),
    );
    expect(files.flatMap(linksOf).length).toBeGreaterThan(20);
  });

  it.each(files)('$path points to files and headings that are there', (file) => {
    const broken = linksOf(file).filter(({ target }) => isBroken(file, target));
    expect(broken.map(({ line, target }) => `${file.path}:${line} ${target}`)).toEqual([]);
  });

  it.each(files)('$path names files that are there', (file) => {
    const missing = pathsOf(file).filter(({ target }) => !existsSync(join(ROOT, target)));
    expect(missing.map(({ line, target }) => `${file.path}:${line} ${target}`)).toEqual([]);
  });

  it('make README.md short enough to be read: at most 150 lines', () => {
    expect(byPath.get('README.md')!.prose.length).toBeLessThanOrEqual(151);
  });
});

describe('a link', () => {
  const document = parseMarkdown(
    'functions/x.md',
    '# The API & more\n\n```sh run\n# no heading\n```\n\n# Again\n# Again\n',
  );

  it('to a heading goes by the name that GitHub gives it', () => {
    expect(anchorsOf(document)).toEqual(['the-api--more', 'again', 'again-1']);
  });

  it('is broken when its file or its heading is missing', () => {
    expect(isBroken(document, '../README.md')).toBe(false);
    expect(isBroken(document, '../README.md#quick-start')).toBe(false);
    expect(isBroken(document, '../README.md#slow-start')).toBe(true);
    expect(isBroken(document, 'nothing.md')).toBe(true);
    expect(isBroken(document, '../LICENSE#no-document')).toBe(true);
  });

  it('is found outside of code only', () => {
    const text = 'see [a](b.md), `[c](d.md)` and <img src="e.png">, not [the web](https://example.org)';
    expect(linksOf(parseMarkdown('x.md', text)).map(({ target }) => target)).toEqual(['b.md', 'e.png']);
  });
});
