import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { plural } from '../words.ts';

export interface Column<Row> {
  readonly head: ComponentChildren;
  /** Aligned to the right. */
  readonly isNumber?: boolean;
  cell(row: Row): ComponentChildren;
}

/** Rows that are shown at first: more would make the page slow, and nobody reads them all. */
const SHOWN_ROWS = 50;

/** A table that scrolls on its own when it is too wide, and shows its first rows until asked for more. */
export function Table<Row>(props: {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row, at: number) => string | number;
  /** Whether the caption is only for those who do not see the heading above. */
  isCaptionUnseen?: boolean;
  shownRows?: number;
}) {
  const { caption, columns, rows, keyOf, isCaptionUnseen = true, shownRows = SHOWN_ROWS } = props;
  const [shown, show] = useState(shownRows);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls it by keys */}
      <section class="scroll" tabIndex={0} aria-label={caption}>
        <table>
          <caption class={isCaptionUnseen ? 'unseen' : 'literal'}>{caption}</caption>
          <thead>
            <tr>
              {columns.map(({ head, isNumber }, at) => (
                <th key={at} scope="col" class={isNumber ? 'number' : 'literal'}>
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, shown).map((row, at) => (
              <tr key={keyOf(row, at)}>
                {columns.map(({ cell, isNumber }, column) => (
                  <Cell key={column} value={cell(row)} isNumber={isNumber} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {rows.length > shown && (
        <button type="button" class="quiet" onClick={() => show(shown + 4 * SHOWN_ROWS)}>
          Show more ({plural(rows.length - shown, 'row')} left)
        </button>
      )}
    </>
  );
}

/** A text as long as a date is not broken. */
const MAX_SHORT = 24;

function Cell({ value, isNumber }: { value: ComponentChildren; isNumber: boolean | undefined }) {
  const isShort = typeof value === 'string' && value.length <= MAX_SHORT;
  return <td class={isNumber ? 'number' : isShort ? 'short' : 'literal'}>{value}</td>;
}
