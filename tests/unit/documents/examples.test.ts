import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { REFUSAL_CODES, REJECTION_CODES } from '../../../lib/dataset/csv/codes.ts';
import { parseContract } from '../../../lib/dataset/understand/contract.ts';
import { parseMarkdown, ROOT } from '../../helpers/documents.ts';

const open = (path: string) => parseMarkdown(path, readFileSync(`${ROOT}${path}`, 'utf8'));
const jsonOf = (path: string) =>
  open(path)
    .fences.filter(({ mark }) => mark === 'json')
    .map(({ text }) => text);

/** The codes in the first column of the table below a header. */
function codesBelow(path: string, header: string): string[] {
  const { prose } = open(path);
  const from = prose.findIndex((line) => line.startsWith(`| ${header} |`));
  const rows = prose.slice(from + 2);
  const table = rows.slice(0, rows.indexOf(''));
  return table.flatMap((row) => [...row.split(' | ')[0]!.matchAll(/`(\w+)`/g)].map(([, code]) => code!));
}

describe('what documents have a person write', () => {
  it('is a contract that ingestion takes', () => {
    const [contract] = jsonOf('lib/dataset/README.md');
    expect(parseContract(contract)).toMatchObject({ label: 'quality', max_rejected_share: 0.01 });
  });
});

describe('the tables of codes', () => {
  it('name every code that a row is rejected with', () => {
    expect(codesBelow('lib/dataset/README.md', 'rejected row').toSorted()).toEqual(
      REJECTION_CODES.toSorted(),
    );
  });

  it('name every code that a file is refused with', () => {
    expect(codesBelow('lib/dataset/README.md', 'refused file').toSorted()).toEqual(REFUSAL_CODES.toSorted());
  });
});
