import { REJECTIONS } from '../../../../lib/dataset/csv/codes.ts';
import { Bars } from '../parts/bars.tsx';
import { Name } from '../parts/name.tsx';
import { Table } from '../parts/table.tsx';
import { wordsFor } from '../parts/understood-words.ts';
import { percent, plural, whole } from '../words.ts';

interface ClassShare {
  readonly label: string;
  readonly count: number;
  readonly share: number;
}

/** How many rows each class has, the largest first. */
export function Balance({ classes }: { classes: readonly ClassShare[] }) {
  if (classes.length === 0) return null;
  const sorted = classes.toSorted((a, b) => b.count - a.count);
  const top = sorted[0]!.count;
  return (
    <section aria-label="Classes">
      <h2>Classes</h2>
      <Bars
        name="Rows of each class"
        bars={sorted.map(({ label, count, share }) => ({
          label,
          share: count / top,
          text: `${whole(count)} · ${percent(share)}`,
        }))}
      />
    </section>
  );
}

interface RejectionReport {
  readonly by_code: readonly { readonly code: string; readonly count: number }[];
  readonly examples: readonly Example[];
}

interface Example {
  /** The part of a set that has the row, in which the line is counted. */
  readonly part?: string | undefined;
  readonly line: number;
  readonly column: string;
  readonly code: string;
  readonly value: string;
}

const PART = {
  head: 'Part',
  cell: ({ part = '' }: Example & { readonly at: number }) => <Name text={part} />,
};

/** Rows that were left out: how many and why, and the first ones with line, column and value. */
export function Rejections({ rejections: { by_code, examples } }: { rejections: RejectionReport }) {
  if (by_code.length === 0) return null;
  return (
    <section aria-label="Rows left out">
      <h2>Rows left out</h2>
      <p class="literal">
        {by_code
          .map(({ code, count }) => `${plural(count, 'row')}: ${wordsFor(REJECTIONS, code)}`)
          .join('; ')}
      </p>
      <Table
        caption="The first rows that are left out"
        rows={examples.map((each, at) => ({ ...each, at }))}
        keyOf={({ at }) => at}
        shownRows={10}
        columns={[
          ...(examples.some(({ part }) => part !== undefined) ? [PART] : []),
          { head: 'Line', isNumber: true, cell: ({ line }) => whole(line) },
          { head: 'Column', cell: ({ column }) => <Name text={column} /> },
          { head: 'Value', cell: ({ value }) => <Name text={value} /> },
          { head: 'Reason', cell: ({ code }) => wordsFor(REJECTIONS, code) },
        ]}
      />
    </section>
  );
}
