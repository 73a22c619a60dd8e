import { useState } from 'preact/hooks';
import { Name } from '../parts/name.tsx';
import { Table } from '../parts/table.tsx';
import { percent, whole } from '../words.ts';

/** A larger matrix is not read cell by cell: its mistakes are listed instead. */
const MAX_CELLS = 26;

/** What was taken for what. */
export function Confusion(props: {
  classes: readonly string[];
  counts: readonly (readonly number[])[] | null;
}) {
  const { classes, counts } = props;
  const [isList, showList] = useState(classes.length > MAX_CELLS);
  if (counts === null) return null;
  return (
    <section aria-label="What was taken for what">
      <h2>What was taken for what</h2>
      {classes.length <= MAX_CELLS && (
        <label class="check">
          <input
            type="checkbox"
            checked={isList}
            onChange={({ currentTarget }) => showList(currentTarget.checked)}
          />
          Mistakes only, as a list
        </label>
      )}
      {isList ? <Mistakes classes={classes} counts={counts} /> : <Matrix classes={classes} counts={counts} />}
    </section>
  );
}

interface Counts {
  readonly classes: readonly string[];
  readonly counts: readonly (readonly number[])[];
}

function Matrix({ classes, counts }: Counts) {
  const isDense = classes.length > 10;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls it by keys
    <section class="scroll" tabIndex={0} aria-label="Confusion matrix">
      <table class={`confusion ${isDense ? 'dense' : ''}`}>
        <caption>Rows are the truth, columns the prediction</caption>
        <thead>
          <tr>
            <td />
            {classes.map((label) => (
              <th key={label} scope="col" title={label}>
                <bdi>{label}</bdi>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {classes.map((truth, row) => {
            const total = counts[row]!.reduce((sum, count) => sum + count, 0);
            return (
              <tr key={truth}>
                <th scope="row" title={truth}>
                  <bdi>{truth}</bdi>
                </th>
                {classes.map((label, column) => {
                  const count = counts[row]![column]!;
                  return (
                    <td
                      key={label}
                      class={`${row === column ? 'right' : count > 0 ? 'wrong' : 'none'} level-${levelOf(count, total)}`}
                      title={`${truth} taken for ${label}: ${whole(count)}`}
                    >
                      {count === 0 ? '·' : whole(count)}
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

/** The shade of a cell, from 0 to 4: its share of the rows of its truth. */
const levelOf = (count: number, total: number) => (count === 0 ? 0 : Math.ceil((4 * count) / total));

function Mistakes({ classes, counts }: Counts) {
  const mistakes = counts
    .flatMap((row, truth) => {
      const total = row.reduce((sum, count) => sum + count, 0);
      return row.map((count, taken) => ({ truth, taken, count, share: count / (total || 1) }));
    })
    .filter(({ truth, taken, count }) => truth !== taken && count > 0)
    .sort((a, b) => b.count - a.count);
  if (mistakes.length === 0) return <p>There was no mistake.</p>;
  return (
    <Table
      caption="Mistakes, the most frequent first"
      rows={mistakes}
      keyOf={({ truth, taken }) => `${truth} ${taken}`}
      shownRows={20}
      columns={[
        { head: 'Truth', cell: ({ truth }) => <Name text={classes[truth]!} /> },
        { head: 'Taken for', cell: ({ taken }) => <Name text={classes[taken]!} /> },
        { head: 'Rows', isNumber: true, cell: ({ count }) => whole(count) },
        { head: 'Of the truth', isNumber: true, cell: ({ share }) => percent(share) },
      ]}
    />
  );
}
