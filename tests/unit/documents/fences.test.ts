import { describe, expect, it } from 'vitest';
import {
  FENCE_MARKS,
  maskedLike,
  outputOf,
  outputPattern,
  runCommands,
} from '../../helpers/document-commands.ts';
import { markdownFiles, parseMarkdown } from '../../helpers/documents.ts';

describe('code in documents', () => {
  it('says of every block whether a test runs it, or what else it is', () => {
    const unknown = markdownFiles().flatMap(({ path, fences }) =>
      fences
        .filter(({ mark }) => !(mark in FENCE_MARKS))
        .map(({ line, mark }) => `${path}:${line} "${mark}"`),
    );
    expect(unknown).toEqual([]);
  });

  it('shows an output only below the commands that a test runs', () => {
    const stray = markdownFiles().flatMap(({ path, fences }) =>
      fences
        .filter(({ mark }, i) => mark.endsWith(' output') && !isRun(fences[i - 1]?.mark))
        .map(({ line }) => `${path}:${line}`),
    );
    expect(stray).toEqual([]);
  });

  it('belongs to the output right below it, and to no other', () => {
    const { fences } = parseMarkdown(
      'x.md',
      '```sh run\na\n```\n\n```text output\nb\n```\n\n```sh run\nc\n```\n',
    );
    expect(outputOf(fences, 0)?.text).toBe('b');
    expect(outputOf(fences, 2)).toBeUndefined();
  });
});

describe('a shown output', () => {
  it('stands for itself, but for the three dots', () => {
    const pattern = outputPattern('a (1)\n  took ... s\n  ...\nend');
    expect('a (1)\n  took 3 s\n  x\n  y\nend').toMatch(pattern);
    expect('a (2)\n  took 3 s\n  x\nend').not.toMatch(pattern);
    expect('a (1)\n  took 3 s\n  x\nend.').not.toMatch(pattern);
  });

  it('of JSON hides what differs, and neither what is missing nor what is new', () => {
    const shown = { id: '...', list: [{ at: '...', n: 1 }] };
    expect(maskedLike(shown, { id: 7, list: [{ at: 'now', n: 1 }] })).toEqual(shown);
    expect(maskedLike(shown, { list: [{ at: 'now', n: 1 }] })).not.toEqual(shown);
    expect(maskedLike(shown, { id: 7, list: [{ at: 'now', n: 2 }] })).not.toEqual(shown);
    expect(maskedLike(shown, { id: 7, list: [{ at: 'now', n: 1 }, 3] })).not.toEqual(shown);
  });
});

describe('commands of a document', () => {
  it('print what a terminal shows, without the lines of npm', async () => {
    expect(await runCommands("echo; echo '> npm'; echo out; echo err >&2", '.')).toBe('out\nerr');
  });

  it('fail with all that they printed', async () => {
    await expect(runCommands('echo before; false; echo after', '.')).rejects.toThrow(
      /ended with 1:\n(.*\n)*before\n$/,
    );
  });
});

const isRun = (mark: string | undefined) => mark !== undefined && FENCE_MARKS[mark]?.isRun === true;
