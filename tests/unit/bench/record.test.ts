import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { withRecord } from '../../bench/record.ts';

const BENCH = new URL('../../bench/', import.meta.url);
const README = readFileSync(new URL('README.md', BENCH), 'utf8');
const RECORD = {
  command: 'npm run bench -- start',
  machine: '2 x A processor, Node v22.0.0',
  load: 0.25,
  day: '2026-11-29',
  commit: '0123abc',
  output: 'first line to first correct answer: median 4.3 s\n',
};

describe('recording a benchmark', () => {
  it('puts its figures between its own markers, again and again, and leaves all else', () => {
    const before =
      'a\n<!-- begin start -->\nold\n<!-- end start -->\n<!-- begin knn -->\nkept\n<!-- end knn -->\n';
    const once = withRecord(before, 'start', RECORD);
    expect(once).toBe(`a
<!-- begin start -->

\`npm run bench -- start\`, 2026-11-29, commit 0123abc: 2 x A processor, Node v22.0.0; load before it 0.3.

\`\`\`text record
first line to first correct answer: median 4.3 s
\`\`\`

<!-- end start -->
<!-- begin knn -->
kept
<!-- end knn -->
`);
    expect(withRecord(once, 'start', RECORD)).toBe(once);
  });

  it('refuses a document without the markers', () => {
    expect(() => withRecord('nothing', 'start', RECORD)).toThrow('expected the lines "<!-- begin start -->"');
  });

  it.each(readdirSync(BENCH, { withFileTypes: true }).filter((entry) => entry.isDirectory()))(
    'has a place for $name',
    ({ name }) => {
      expect(withRecord(README, name, RECORD)).toContain(RECORD.output);
    },
  );
});
