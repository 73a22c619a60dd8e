import type { IngestLimits } from '../csv/limits.ts';
import type { GroupParcel } from '../rows/group-parcel.ts';
import type { TablePlan } from '../rows/table-plan.ts';
import type { DuplicateCounts } from './content-hash.ts';

/** What the thread needs to know of the table. */
export interface ContentTable {
  readonly plan: TablePlan;
  readonly limits: IngestLimits;
}
export type ContentRequest =
  | { readonly table: ContentTable }
  | GroupParcel
  | { readonly classes: readonly string[] }
  | { readonly block: ArrayBuffer }
  | { readonly toHash: ArrayBuffer; readonly bytes: number }
  | { readonly isHashed: true };
/**
 * The thread's reply: memory of a parcel that is free again, a block of bytes to hash, whose memory the
 * thread wants back, or the end; and of the file's bytes, memory that is free again, or their hash.
 */
export type ContentReply =
  | { readonly columns: ArrayBuffer }
  | { readonly block: ArrayBuffer; readonly bytes: number }
  | { readonly duplicates: DuplicateCounts }
  | { readonly hashed: ArrayBuffer }
  | { readonly sha256: string };
