import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { markdownFiles, ROOT } from '../../helpers/documents.ts';

/** npm runs it without `run`. */
const OWN_WORDS = ['start', 'test'];

const { scripts } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as {
  scripts: Record<string, string>;
};
const texts = markdownFiles().map(({ path, prose, fences }) => ({
  path,
  text: [...prose, ...fences.map((fence) => fence.text)].join('\n'),
}));
const named = texts.flatMap(({ path, text }) =>
  [...text.matchAll(/npm run (?:--silent )?(\w[\w:-]*)/g)].map(([, script]) => ({ path, script: script! })),
);

describe('npm scripts', () => {
  it('that documents name are there', () => {
    expect(named.filter(({ script }) => !(script in scripts))).toEqual([]);
  });

  it('are each named by a document', () => {
    const known = new Set([...OWN_WORDS, ...named.map(({ script }) => script)]);
    expect(Object.keys(scripts).filter((script) => !known.has(script))).toEqual([]);
  });
});
