import type { PreviewAnswer } from '../../../../lib/http/schemas/uploads-api.ts';
import { Badge } from '../parts/badge.tsx';
import { Name } from '../parts/name.tsx';
import { Table } from '../parts/table.tsx';
import { plural } from '../words.ts';

/** Columns that are shown of a wide table. */
const SHOWN_COLUMNS = 30;

/** The first rows as they were read: numbers as numbers, gaps as gaps. */
export function FirstRows({
  rows: { columns, rows },
  label,
}: {
  rows: PreviewAnswer['first_rows'];
  label: string | undefined;
}) {
  if (rows.length === 0) return null;
  // The label first: of a wide table, it would be out of sight.
  const order = columns
    .map((_, at) => at)
    .sort((a, b) => Number(columns[b] === label) - Number(columns[a] === label));
  const shown = order.slice(0, SHOWN_COLUMNS);
  return (
    <section aria-label="First rows">
      <h2>First rows, as they were read</h2>
      {columns.length > SHOWN_COLUMNS && (
        <p class="soft small">
          The first {SHOWN_COLUMNS} of {plural(columns.length, 'column')}
        </p>
      )}
      <Table
        caption="First rows, as they were read"
        shownRows={10}
        rows={rows.map((values) => ({ values }))}
        keyOf={(_, at) => at}
        columns={shown.map((at) => ({
          head: (
            <>
              <Name text={columns[at]!} /> {columns[at] === label && <Badge>label</Badge>}
            </>
          ),
          isNumber: rows.every((row) => typeof row[at] !== 'string') && rows.some((row) => row[at] !== null),
          cell: (row: { values: PreviewAnswer['first_rows']['rows'][number] }) => {
            const value = row.values[at];
            return value == null ? <span class="soft">gap</span> : <Name text={String(value)} />;
          },
        }))}
      />
    </section>
  );
}
