import type { IngestReport } from '../../../../lib/dataset/report.ts';
import { getJson, modelPath, send } from '../api/client.ts';
import { useResource } from '../api/use-resource.ts';
import { ColumnProfiles } from '../parts/column-profiles.tsx';
import { download } from '../parts/download.ts';
import { Fault, Loading } from '../parts/fault.tsx';
import { Balance, Rejections } from './rows-report.tsx';

/** What the report of an accepted file says: classes, rows left out, and each column's values. */
export function UploadReport({ model, id }: { model: string; id: string }) {
  const path = modelPath(model, `/uploads/${encodeURIComponent(id)}`);
  const { data, fault, reload } = useResource(`report ${path}`, (signal) =>
    getJson<IngestReport>(`${path}/report`, signal),
  );
  if (fault) return <Fault fault={fault} onRetry={reload} />;
  if (data === undefined) return <Loading what="the report" />;
  const saveRejects = async () => {
    const answer = await send(`${path}/rejects`, { accept: 'text/csv' });
    download('rejects.csv', 'text/csv', await answer.text());
  };
  return (
    <>
      <Balance classes={data.classes} />
      <Rejections rejections={data.rejections} />
      {data.rows.rejected > 0 && (
        <button type="button" onClick={saveRejects}>
          Download all of them
        </button>
      )}
      <ColumnProfiles columns={data.columns} />
    </>
  );
}
