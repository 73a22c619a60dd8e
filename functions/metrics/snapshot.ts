import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod/mini';

const sums = z.record(z.string(), z.number());
const spanSums = z.object({ startMs: z.number(), endMs: z.number(), sums });

/** All data of a scrape except its age. */
const snapshotSchema = z.object({
  takenMs: z.number(),
  year: z.int(),
  totals: sums,
  settled: z.object({ days: spanSums, hours: spanSums }),
  /** Newest values of gauges, by series key. */
  newest: sums,
  models: z.array(
    z.object({
      model: z.string(),
      champion: z.nullable(
        z.object({
          version: z.int(),
          macro_f1: z.nullable(z.number()),
          classes: z.array(z.string()),
        }),
      ),
    }),
  ),
});

export type Snapshot = z.infer<typeof snapshotSchema>;

/** Compressed, because keys repeat and an item of DynamoDB has at most 400 KB. */
export function encodeSnapshot(snapshot: Snapshot): Uint8Array {
  return gzipSync(JSON.stringify(snapshot));
}

/** @throws Error when the bytes are not a snapshot in this release's form */
export function decodeSnapshot(bytes: Uint8Array): Snapshot {
  return z.parse(snapshotSchema, JSON.parse(gunzipSync(bytes).toString('utf8')));
}
