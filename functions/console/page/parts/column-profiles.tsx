import { useState } from 'preact/hooks';
import type { IngestReport } from '../../../../lib/dataset/report.ts';
import { plural, whole } from '../words.ts';
import { Bars } from './bars.tsx';
import { Histogram } from './histogram.tsx';

const SHOWN_COLUMNS = 12;

type Profile = IngestReport['columns'][number];

/** The values of each column: a histogram of numbers and dates, the most frequent categories. */
export function ColumnProfiles({ columns }: { columns: readonly Profile[] }) {
  const [shown, show] = useState(SHOWN_COLUMNS);
  return (
    <section aria-label="Values of the columns">
      <h2>Values</h2>
      <ul class="profiles">
        {columns.slice(0, shown).map((column) => (
          <li key={column.name}>
            <h3 class="literal">
              <bdi>{column.name}</bdi>
            </h3>
            {column.missing > 0 && <p class="soft small">{plural(column.missing, 'gap')}</p>}
            <Values column={column} />
          </li>
        ))}
      </ul>
      {columns.length > shown && (
        <button type="button" class="quiet" onClick={() => show(shown + 4 * SHOWN_COLUMNS)}>
          Show more ({plural(columns.length - shown, 'column')} left)
        </button>
      )}
    </section>
  );
}

function Values({ column }: { column: Profile }) {
  if (column.type === 'categorical') {
    const top = Math.max(1, ...column.top.map(({ count }) => count));
    const bars = column.top
      .slice(0, 6)
      .map(({ value, count }) => ({ label: value, share: count / top, text: whole(count) }));
    return (
      <>
        <Bars bars={bars} name={`Most frequent categories of ${column.name}`} />
        {column.categories > bars.length && (
          <p class="soft small">{plural(column.categories, 'category', 'categories')}</p>
        )}
      </>
    );
  }
  return column.histogram === null ? (
    <p class="soft small">no values</p>
  ) : (
    <Histogram bins={column.histogram} name={column.name} />
  );
}
