import type { SharedWasmMemory } from '../../wasm/engine.ts';
import type { IngestLimits } from '../csv/limits.ts';
import type { NewTexts } from '../rows/new-texts.ts';
import type { TablePlan } from '../rows/table-plan.ts';
import type { DuplicateCounts } from './content-hash.ts';

/** What the thread needs to know of the table. */
export interface ContentTable {
  readonly plan: TablePlan;
  readonly limits: IngestLimits;
  readonly memory: SharedWasmMemory;
}

/** Rows [from, to) of a bank of the table's memory, and the texts that are new in them. */
export interface AddedRows {
  readonly bank: number;
  readonly from: number;
  readonly to: number;
  readonly newTexts: NewTexts;
}
export type ContentRequest =
  | { readonly table: ContentTable }
  | AddedRows
  | { readonly classes: readonly string[] }
  | { readonly isPieceHashed: true }
  | { readonly toHash: ArrayBuffer; readonly bytes: number }
  | { readonly isHashed: true };
/**
 * The thread's reply: that it has read the oldest of the rows that were added, a piece of bytes to hash, or
 * the end; and of the file's bytes, memory that is free again, or their hash.
 */
export type ContentReply =
  | { readonly areRowsRead: true }
  | { readonly piece: Uint8Array }
  | { readonly duplicates: DuplicateCounts }
  | { readonly hashed: ArrayBuffer }
  | { readonly sha256: string };
