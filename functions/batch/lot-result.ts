import * as z from 'zod/mini';
import { batchRefusal } from '../../lib/batch/batch-plan.ts';
import { lotCounts } from '../../lib/batch/lot-tally.ts';

const bytes = z.int().check(z.minimum(0));

/** What a lot came to: it is written after its parts, so that they are whole when it is there. */
export const lotResult = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('predicted'),
    counts: lotCounts,
    predictions_bytes: bytes,
    rejects_bytes: bytes,
  }),
  z.object({ kind: z.literal('refused'), refusal: batchRefusal }),
]);

export type LotResult = z.infer<typeof lotResult>;
