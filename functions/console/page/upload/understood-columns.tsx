import type { Understood } from '../../../../lib/dataset/understand/understood.ts';
import { Name } from '../parts/name.tsx';
import { Table } from '../parts/table.tsx';
import { IGNORED_REASONS } from '../parts/understood-words.ts';
import { plural } from '../words.ts';
import { type ColumnChoice, type Contract, withChoice } from './contract-edits.ts';

interface Shown {
  readonly name: string;
  readonly choice: ColumnChoice;
  readonly note: string;
}

const CHOICES: readonly (readonly [ColumnChoice, string])[] = [
  ['numeric', 'numbers'],
  ['categorical', 'categories'],
  ['datetime', 'dates'],
  ['ignored', 'ignored'],
];

/** The columns with what each was taken for, and why some take no part. */
export function UnderstoodColumns(props: {
  understood: Partial<Understood>;
  contract: Contract;
  onEdit: (next: Contract) => void;
}) {
  const { understood, contract, onEdit } = props;
  const { columns, ignored = [] } = understood;
  if (columns === undefined) return null;
  const rows: Shown[] = [
    ...columns.map((column) => ({ name: column.name, choice: column.kind, note: noteOf(column) })),
    ...ignored.map(({ name, reason }) => ({
      name,
      choice: 'ignored' as const,
      note: IGNORED_REASONS[reason],
    })),
  ];
  const choose = (name: string, choice: string) => onEdit(withChoice(contract, name, choice as ColumnChoice));
  return (
    <section aria-label="Columns">
      <h2>Columns</h2>
      <p class="soft small">
        {plural(columns.length, 'column')} to predict from
        {ignored.length > 0 && `, ${ignored.length} ignored`}
      </p>
      <Table
        caption="Columns"
        rows={rows}
        keyOf={({ name }) => name}
        shownRows={30}
        columns={[
          { head: 'Name', cell: ({ name }) => <Name text={name} /> },
          {
            head: 'Taken as',
            cell: ({ name, choice }) => (
              <select
                aria-label={`${name} is taken as`}
                value={choice}
                onChange={({ currentTarget }) => choose(name, currentTarget.value)}
              >
                {CHOICES.map(([value, text]) => (
                  <option key={value} value={value}>
                    {text}
                  </option>
                ))}
              </select>
            ),
          },
          { head: 'Note', cell: ({ note }) => note },
        ]}
      />
    </section>
  );
}

function noteOf({ written_as, format, gaps }: Understood['columns'][number]): string {
  return [
    ...(written_as === null ? [] : [`written as ${written_as}`]),
    ...(format === undefined ? [] : [`written as ${format}`]),
    ...(gaps.length === 0 ? [] : [`gaps: ${gaps.join(', ')}`]),
  ].join('; ');
}
