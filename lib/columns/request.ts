import type { ColumnCode } from './encoding.ts';
import type { RawValue } from './storage.ts';

/** Why a value of a request is none of its column, in words that follow the column's name. */
export interface ValueFault {
  readonly fault: string;
}

/** How values of one kind stand in a request's JSON. Gaps (null) are no kind's matter. */
export interface RequestForm<Code extends ColumnCode> {
  /** What a request passes, with its article: "a number". */
  readonly wanted: string;
  /** The raw value that any JSON value but null stands for; undefined when it is not what is wanted, or why it cannot be taken. */
  accept(value: unknown, code: Code, table: Float64Array): NonNullable<RawValue> | ValueFault | undefined;
}
