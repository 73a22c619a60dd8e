import type { MemoryPlan } from '../../wasm/memory-plan.ts';
import type { IngestLimits } from '../csv/limits.ts';
import { windowBytes } from '../csv/text-window.ts';
import { CACHE_SLOT_BYTES, CACHE_SLOTS, PROGRAM_BYTES } from '../kernels/row-kernel.ts';
import { RECORD_BYTES } from '../kernels/separator-kernel.ts';
import type { TablePlan } from './table-plan.ts';

/** The kernels load whole vectors, which may begin before the text or end behind it. */
const AROUND_BYTES = 64;

/** Addresses of a table's text, its index and its column programs in the kernel's memory, in bytes. */
export interface TextArea {
  readonly at: number;
  readonly bytes: number;
  readonly placesAt: number;
  readonly recordsAt: number;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly numbersAt: number;
  readonly textsAt: number;
  readonly tokensAt: number;
  readonly cachesAt: number;
}

/** Reserves memory for the text that is read at a time. Only the part in use becomes resident. */
export function textArea(memory: MemoryPlan, plan: TablePlan, limits: IngestLimits): TextArea {
  const bytes = windowBytes(limits);
  const columns = plan.names.length;
  const texts = plan.columns.filter((column) => 'allowed' in column).length;
  const at = memory.reserve(AROUND_BYTES + bytes + AROUND_BYTES) + AROUND_BYTES;
  return {
    at,
    bytes,
    // In the worst case each byte is a separator, and the end of a record.
    placesAt: memory.reserve(4 * bytes + AROUND_BYTES),
    recordsAt: memory.reserve(RECORD_BYTES * (bytes + 1)),
    startsAt: memory.reserve(4 * columns),
    endsAt: memory.reserve(4 * columns),
    numbersAt: memory.reserve(PROGRAM_BYTES * columns),
    textsAt: memory.reserve(PROGRAM_BYTES * columns),
    tokensAt: memory.reserve(8 * plan.gaps.numbers.length),
    cachesAt: memory.reserve(CACHE_SLOTS * CACHE_SLOT_BYTES * texts),
  };
}
