import type { UploadList } from '../../../../lib/http/schemas/models-api.ts';
import { getJson, modelPath } from '../api/client.ts';
import { useResource } from '../api/use-resource.ts';
import { hashOf } from '../location.ts';
import { Badge } from '../parts/badge.tsx';
import { Empty, Fault, Loading } from '../parts/fault.tsx';
import { Name } from '../parts/name.tsx';
import { Table } from '../parts/table.tsx';
import { UPLOAD_STATES } from '../parts/upload-states.ts';
import { time } from '../words.ts';

const REFRESH_MS = 5000;

/** The newest uploads and what became of each. */
export function Uploads({ model }: { model: string }) {
  const { data, fault, reload } = useResource(
    `uploads ${model}`,
    (signal) => getJson<UploadList>(modelPath(model, '/uploads?limit=100'), signal),
    REFRESH_MS,
  );
  if (fault && data === undefined) return <Fault fault={fault} onRetry={reload} />;
  if (data === undefined) return <Loading what="the uploads" lines={5} />;
  if (data.uploads.length === 0) return <Empty title="No upload is recorded" />;
  return (
    <>
      <p>
        <a class="button" href={hashOf(['upload'], { model })}>
          Send newer data
        </a>
      </p>
      <Table
        caption="Uploads"
        rows={data.uploads}
        keyOf={({ upload_id }) => upload_id}
        columns={[
          {
            head: 'File',
            cell: ({ key, upload_id }) => (
              <a href={hashOf(['models', model, 'uploads'], { id: upload_id })}>
                <Name text={key} />
              </a>
            ),
          },
          {
            head: 'State',
            cell: ({ status }) => <Badge tone={UPLOAD_STATES[status][0]}>{UPLOAD_STATES[status][1]}</Badge>,
          },
          { head: 'What became of it', cell: ({ detail }) => detail },
          { head: 'Version', cell: ({ version }) => (version === null ? '' : `v${version}`) },
          { head: 'Sent', cell: ({ uploaded_at }) => time(uploaded_at) },
        ]}
      />
    </>
  );
}
