import { invalidRequest } from '../../lib/http/request.ts';
import type { UploadList, UploadSummary } from '../../lib/http/schemas/models-api.ts';
import { UPLOAD_CURSOR } from '../../lib/http/schemas/paging.ts';
import { listUploads, type UploadMoment } from '../../lib/registry/listing.ts';
import type { RegistryTable } from '../../lib/registry/table.ts';
import type { UploadEntry } from '../../lib/registry/uploads.ts';
import { requireModel } from './path.ts';

/**
 * Returns a page of a model's uploads, newest first. It also works for an unregistered model whose uploads
 * were all refused.
 *
 * @throws HttpError 404 for a model without uploads, 400 for a cursor that this function did not make
 */
export async function uploadPage(
  table: RegistryTable,
  model: string,
  { limit, after }: { readonly limit: number; readonly after?: string | undefined },
): Promise<UploadList> {
  const moment = after === undefined ? undefined : momentOf(after);
  const { entries, hasMore } = await listUploads(table, model, { limit, after: moment });
  if (entries.length === 0 && !(moment && (await hasUploads(table, model)))) await requireModel(table, model);
  return { uploads: entries.map(summaryOf), next: hasMore ? cursorOf(entries.at(-1)!) : null };
}

const hasUploads = async (table: RegistryTable, model: string) =>
  (await listUploads(table, model, { limit: 1 })).entries.length > 0;

const summaryOf = (entry: UploadEntry): UploadSummary => ({
  upload_id: entry.upload_id,
  key: entry.key,
  version_id: entry.version_id,
  uploaded_at: entry.uploaded_at,
  status: entry.status,
  detail: entry.detail ?? null,
  version: entry.version ?? null,
});

const cursorOf = ({ uploaded_at, upload_id }: UploadMoment) =>
  Buffer.from(`${uploaded_at}#${upload_id}`, 'utf8').toString('base64url');

const MOMENT = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z)#([0-9a-f]{64})$/;

/** Node ignores invalid characters in base64url, so a cursor must also equal its own encoding. */
function momentOf(cursor: string): UploadMoment {
  const match = MOMENT.exec(Buffer.from(cursor, 'base64url').toString('utf8'));
  const moment = match && { uploaded_at: match[1]!, upload_id: match[2]! };
  const isTime = moment && !Number.isNaN(Date.parse(moment.uploaded_at));
  if (isTime && cursorOf(moment) === cursor) return moment;
  throw invalidRequest([{ path: 'query.after', message: UPLOAD_CURSOR }]);
}
