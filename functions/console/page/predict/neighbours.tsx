import { useState } from 'preact/hooks';
import { Name } from '../parts/name.tsx';
import { Table } from '../parts/table.tsx';
import { plural, short } from '../words.ts';
import type { Answer } from './ask.ts';

/** Columns that are shown at first; those that differ most often come first. */
const SHOWN_FEATURES = 10;

type Neighbour = Answer['prediction']['neighbours'][number];

/** The rows that the answer rests on, with what they have different from what was asked. */
export function Neighbours({ answer }: { answer: Answer }) {
  const [isWhole, showWhole] = useState(false);
  const { neighbours, prediction } = answer.prediction;
  const names = Object.keys(answer.row);
  const differing = (name: string) => neighbours.filter((row) => isDifferent(row, name, answer)).length;
  const ordered =
    names.length > SHOWN_FEATURES ? names.toSorted((a, b) => differing(b) - differing(a)) : names;
  const shown = isWhole ? ordered : ordered.slice(0, SHOWN_FEATURES);
  return (
    <section aria-label="Nearest rows">
      <h2>Why: the rows of the data that are nearest</h2>
      <p class="soft small">Values that differ from yours are marked.</p>
      <Table
        caption="Nearest rows of the data"
        rows={neighbours.map((row, rank) => ({ row, rank }))}
        keyOf={({ rank }) => rank}
        shownRows={15}
        columns={[
          {
            head: 'Label',
            cell: ({ row }) => (
              <span class={row.label === prediction ? 'strong' : ''}>
                <Name text={row.label} />
              </span>
            ),
          },
          { head: 'Distance', isNumber: true, cell: ({ row }) => short(row.distance) },
          ...shown.map((name) => ({
            head: <Name text={name} />,
            isNumber: neighbours.every(({ values }) => typeof values[name] !== 'string'),
            cell: ({ row }: { row: Neighbour; rank: number }) => (
              <Value row={row} name={name} answer={answer} />
            ),
          })),
        ]}
      />
      {names.length > shown.length && (
        <button type="button" class="quiet" onClick={() => showWhole(true)}>
          Show {plural(names.length - shown.length, 'more column')}
        </button>
      )}
    </section>
  );
}

const isDifferent = ({ values }: Neighbour, name: string, { row }: Answer) => values[name] !== row[name];

function Value({ row, name, answer }: { row: Neighbour; name: string; answer: Answer }) {
  const value = row.values[name];
  const text = value == null ? 'gap' : (row.written?.[name] ?? String(value));
  return isDifferent(row, name, answer) ? (
    <mark>
      <Name text={text} />
    </mark>
  ) : (
    <Name text={text} />
  );
}
