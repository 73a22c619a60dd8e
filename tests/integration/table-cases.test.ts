import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { localFile } from '../../lib/cli/ingest-file.ts';
import { outcomeOf, type TableExpectation, type TableOutcome, unmet } from '../helpers/table-cases.ts';

interface Case {
  readonly id: string;
  readonly file: string;
  readonly schema?: string;
  readonly label_metadata?: string;
  readonly expect: TableExpectation;
}

const pathOf = (name: string) => fileURLToPath(new URL(`../cases/${name}`, import.meta.url));
const cases = JSON.parse(await readFile(pathOf('expected.json'), 'utf8')) as Case[];
const outcomes = new Map<string, Promise<TableOutcome>>();

/** The outcome of a case, computed once. */
function outcomeNamed(id: string): Promise<TableOutcome> {
  const known = outcomes.get(id);
  if (known) return known;
  const found = cases.find((one) => one.id === id);
  if (!found) throw new Error(`no case is called ${id}`);
  const outcome = read(found);
  outcomes.set(id, outcome);
  return outcome;
}

async function read({ file, schema, label_metadata: label }: Case): Promise<TableOutcome> {
  const contract = schema === undefined ? undefined : await readFile(pathOf(schema), 'utf8');
  return await outcomeOf({ file: await localFile(pathOf(file)), contract, label });
}

/**
 * Every field of tests/cases/README.md. An unknown field would never be checked, so any outcome would pass.
 */
const FIELDS = new Set([
  'verdict',
  'code',
  'rows',
  'understood',
  'columns',
  'ignored',
  'not_ignored',
  'label',
  'chosen_by',
  'likelier',
  'classes',
  'warnings',
  'no_warnings',
  'fix_contains',
  'same_dataset_as',
  'macro_f1_within',
  'any',
]);

describe('tables as people have them', () => {
  it.each(cases)('$id is understood as expected', async ({ id, expect: expected }) => {
    expect(Object.keys(expected).filter((field) => !FIELDS.has(field))).toEqual([]);
    expect(await unmet(expected, await outcomeNamed(id), outcomeNamed)).toEqual([]);
  });

  it('fail with the expectations of other tables', async () => {
    const outcome = await outcomeNamed('dialect/plain');
    const wrong: TableExpectation[] = [
      { verdict: 'refused' },
      { code: 'header' },
      { rows: { accepted: 179 } },
      { understood: { delimiter: ';' } },
      { columns: { length: 'categorical' } },
      { columns: { length: { written_as: 'percent' } } },
      { columns: { length: { gaps: 3 } } },
      { ignored: { length: 'row_number' } },
      { label: 'shade' },
      { chosen_by: 'contract' },
      { likelier: ['shade'] },
      { classes: 4 },
      { classes: ['basil', 'mint', 'sage'] },
      { warnings: ['widened'] },
      { fix_contains: ['skip_lines'] },
      { same_dataset_as: 'numbers/gaps' },
      { any: [{ classes: 4 }, { label: 'shade' }] },
    ];
    for (const expected of wrong) expect(await unmet(expected, outcome, outcomeNamed)).toHaveLength(1);
  });
});
