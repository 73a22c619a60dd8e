import type { BatchList } from '../../../../lib/http/schemas/batches-api.ts';
import { getJson, modelPath } from '../api/client.ts';
import { useResource } from '../api/use-resource.ts';
import { hashOf } from '../location.ts';
import { Badge } from '../parts/badge.tsx';
import { Fault, Loading } from '../parts/fault.tsx';
import { Name } from '../parts/name.tsx';
import { Table } from '../parts/table.tsx';
import { useLacks } from '../token/caller.ts';
import { time, whole } from '../words.ts';
import { BATCH_STATES } from './batch-states.ts';
import { NewBatch } from './new-batch.tsx';

const REFRESH_MS = 3000;

/** Files that are answered whole: the place to drop the next one, and what became of the others. */
export function Batches({ model, version }: { model: string; version: string | null }) {
  const lacksPredict = useLacks('predict');
  return (
    <>
      {lacksPredict ? (
        <p class="notice">
          To have a file answered, a token needs the scope <code>predict</code>.
        </p>
      ) : (
        <NewBatch model={model} version={version} />
      )}
      <List model={model} />
    </>
  );
}

function List({ model }: { model: string }) {
  const { data, fault, reload } = useResource(
    `batches ${model}`,
    (signal) => getJson<BatchList>(modelPath(model, '/batches?limit=100'), signal),
    REFRESH_MS,
  );
  if (fault && data === undefined) return <Fault fault={fault} onRetry={reload} />;
  if (data === undefined) return <Loading what="the batches" lines={4} />;
  if (data.batches.length === 0) return null;
  return (
    <section aria-label="Answered files">
      <h2>Answered files</h2>
      <Table
        caption="Batches"
        rows={data.batches}
        keyOf={({ batch_id }) => batch_id}
        columns={[
          {
            head: 'File',
            cell: ({ input, batch_id }) => (
              <a href={hashOf(['models', model, 'batches'], { id: batch_id })}>
                <Name text={input} />
              </a>
            ),
          },
          {
            head: 'State',
            cell: ({ state }) => <Badge tone={BATCH_STATES[state][0]}>{BATCH_STATES[state][1]}</Badge>,
          },
          { head: 'Rows', isNumber: true, cell: ({ rows }) => (rows === null ? '' : whole(rows)) },
          { head: 'Version', cell: ({ version }) => (version === null ? '' : `v${version}`) },
          { head: 'Started', cell: ({ started_at }) => time(started_at) },
          { head: 'Why', cell: ({ reason }) => reason ?? '' },
        ]}
      />
    </section>
  );
}
