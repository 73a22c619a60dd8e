import { invalidRequest } from '../../lib/http/request.ts';
import type { BatchList } from '../../lib/http/schemas/batches-api.ts';
import { UPLOAD_CURSOR } from '../../lib/http/schemas/paging.ts';
import { unknownModel } from '../../lib/http/unknown-model.ts';
import { settledBatch } from '../../lib/registry/batch-execution.ts';
import { type BatchEntry, type BatchMoment, listBatches } from '../../lib/registry/batches.ts';
import { isKnownModel } from '../../lib/registry/listing.ts';
import { progressOf, summaryOf } from './batch-state.ts';
import type { BatchesDependencies } from './dependencies.ts';

/**
 * A page of a model's batches, newest first, also of a model that does not exist and whose batches were all
 * refused for it.
 *
 * @throws HttpError 404 for a model without batches that does not exist, 400 for a cursor of another's making
 */
export async function batchPage(
  model: string,
  { limit, after }: { readonly limit: number; readonly after?: string | undefined },
  deps: BatchesDependencies,
): Promise<BatchList> {
  const moment = after === undefined ? undefined : momentOf(after);
  const { entries, hasMore } = await listBatches(deps.table, model, { limit, after: moment });
  if (entries.length === 0 && !moment && !(await isKnownModel(deps.table, model))) throw unknownModel(model);
  return {
    batches: await Promise.all(entries.map((entry) => currentSummary(entry, deps))),
    next: hasMore ? cursorOf(entries.at(-1)!) : null,
  };
}

async function currentSummary(entry: BatchEntry, deps: BatchesDependencies) {
  if (entry.state !== 'running') return summaryOf(entry);
  const current = await settledBatch(entry, deps);
  return summaryOf(current, (await progressOf(current, deps)).rows);
}

const cursorOf = ({ started_at, batch_id }: BatchMoment) =>
  Buffer.from(`${started_at}#${batch_id}`, 'utf8').toString('base64url');

const MOMENT = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)#([0-9a-f]{64})$/;

/** Node ignores invalid characters in base64url, so a cursor must also equal its own encoding. */
function momentOf(cursor: string): BatchMoment {
  const match = MOMENT.exec(Buffer.from(cursor, 'base64url').toString('utf8'));
  const moment = match && { started_at: match[1]!, batch_id: match[2]! };
  const isTime = moment && !Number.isNaN(Date.parse(moment.started_at));
  if (isTime && cursorOf(moment) === cursor) return moment;
  throw invalidRequest([{ path: 'query.after', message: UPLOAD_CURSOR }]);
}
