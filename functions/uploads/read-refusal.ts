import * as z from 'zod/mini';
import { readObject } from '../../lib/storage/objects.ts';
import { uploadKeys } from '../../lib/storage/upload-keys.ts';
import type { UploadsDependencies } from './dependencies.ts';

/** What people look at of a refusal's report. It is open, because other releases may have written more. */
const refusalPart = z.object({
  code: z.string(),
  message: z.string(),
  line: z._default(z.nullable(z.int()), null),
  fix: z._default(z.nullable(z.string()), null),
  understood: z._default(z.record(z.string(), z.unknown()), {}),
  rejects: z.optional(z.string()),
  source: z.object({ size_bytes: z.int() }),
});

export type RefusalPart = z.infer<typeof refusalPart>;

/** Why an upload was refused, from its report. Undefined when it has none. */
export async function readRefusal(
  { model, upload_id }: { readonly model: string; readonly upload_id: string },
  { s3, processedBucket }: Pick<UploadsDependencies, 's3' | 'processedBucket'>,
): Promise<RefusalPart | undefined> {
  const bytes = await readObject(s3, { bucket: processedBucket, key: uploadKeys(model, upload_id).refusal });
  return bytes && z.parse(refusalPart, JSON.parse(Buffer.from(bytes).toString('utf8')));
}
