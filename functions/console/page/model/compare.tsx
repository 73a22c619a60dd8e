import type { VersionDetail } from '../../../../lib/http/schemas/models-api.ts';
import { useResource } from '../api/use-resource.ts';
import { hashOf } from '../location.ts';
import { Badge } from '../parts/badge.tsx';
import { Fault, Loading } from '../parts/fault.tsx';
import { Name } from '../parts/name.tsx';
import { Table } from '../parts/table.tsx';
import { plural, short, time } from '../words.ts';
import { type Difference, differences } from './differences.ts';
import { verdict } from './verdict.ts';
import { versionOf } from './version-report.ts';

/** Two versions side by side: metrics, settings, data, schema; what differs is marked. */
export function Compare({ model, a, b }: { model: string; a: string; b: string }) {
  const { data, fault, reload } = useResource(`compare ${model} ${a} ${b}`, (signal) =>
    Promise.all([versionOf(model, a, signal), versionOf(model, b, signal)]),
  );
  return (
    <>
      <p>
        <a href={hashOf(['models', model, 'versions'])}>All versions</a>
      </p>
      {fault && data === undefined && <Fault fault={fault} onRetry={reload} />}
      {data === undefined && !fault && <Loading what="both versions" lines={8} />}
      {data && <Sides a={data[0]} b={data[1]} />}
    </>
  );
}

function Sides({ a, b }: { a: VersionDetail; b: VersionDetail }) {
  const isSameData = a.dataset_sha256 === b.dataset_sha256;
  return (
    <>
      <h2>
        {a.model_version} and {b.model_version}{' '}
        {a.champion || b.champion ? (
          <Badge tone="good">champion {a.champion ? a.model_version : b.model_version}</Badge>
        ) : null}
      </h2>
      <p class="lead">{verdict(a, b)}</p>
      <p>
        {isSameData ? 'Both were trained on the same data set.' : 'They were trained on different data sets.'}{' '}
        Registered {time(a.registered_at)} and {time(b.registered_at)}.
      </p>
      <Part title="Metrics" a={a} b={b} rows={differences(a.metrics, b.metrics)} />
      <Part title="Settings" a={a} b={b} rows={differences(a.settings, b.settings)} />
      <Part title="Data" a={a} b={b} rows={differences(a.lineage, b.lineage)} />
      <Part title="Schema" a={a} b={b} rows={differences(schemaFacts(a), schemaFacts(b))} />
    </>
  );
}

/** A schema by column, so that a moved column is no difference of all that follow it. */
function schemaFacts({ schema }: VersionDetail): Record<string, unknown> {
  const { columns, ...others } = schema;
  if (!Array.isArray(columns)) return schema;
  const byName = columns.map(
    (column: { name?: unknown }) => [`column ${String(column.name)}`, column] as const,
  );
  return { ...others, ...Object.fromEntries(byName) };
}

function Part(props: { title: string; a: VersionDetail; b: VersionDetail; rows: readonly Difference[] }) {
  const { title, a, b, rows } = props;
  const differing = rows.filter(({ isSame }) => !isSame).length;
  const table = (
    <Table
      caption={title}
      // What differs first: of a wide schema, nobody looks for it.
      rows={rows.toSorted((x, y) => rank(x) - rank(y))}
      keyOf={({ name }) => name}
      shownRows={differing === 0 ? 40 : Math.min(Math.max(differing, 5), 40)}
      columns={[
        { head: 'What', cell: ({ name }) => <Name text={name} /> },
        { head: a.model_version, cell: ({ a: value }) => said(value) },
        {
          head: b.model_version,
          cell: ({ b: value, isSame }) =>
            isSame ? <span class="soft">same</span> : <mark>{said(value)}</mark>,
        },
        { head: 'Change', isNumber: true, cell: (row) => changeOf(row) },
      ]}
    />
  );
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      {differing === 0 ? (
        <details>
          <summary class="soft small">No difference in {plural(rows.length, 'fact')}</summary>
          {table}
        </details>
      ) : (
        <>
          <p class="soft small">
            {differing} of {rows.length} differ
          </p>
          {table}
        </>
      )}
    </section>
  );
}

/** Digests and ids differ whenever anything does, so they come last of what differs. */
const rank = ({ a, b, isSame }: Difference) =>
  isSame ? 3 : typeof b === 'number' ? 0 : Math.max(said(a).length, said(b).length) < LONG_TEXT ? 1 : 2;

const LONG_TEXT = 32;

const LONGEST = 300;

function said(value: unknown): string {
  if (value === undefined) return 'not there';
  if (typeof value === 'number') return short(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

const changeOf = ({ a, b, isSame }: Difference) =>
  !isSame && typeof a === 'number' && typeof b === 'number'
    ? `${b > a ? '+' : '−'}${short(Math.abs(b - a))}`
    : '';
