import type { ColumnCode } from './encoding.ts';
import type { RawValue } from './storage.ts';

/** Why a value of a request is none of its column, in words that follow the column's name. */
export interface ValueFault {
  readonly fault: string;
}

/**
 * How values of one kind stand in a request's JSON. A gap is null; texts that meant one in the file may mean
 * it, too.
 */
export interface RequestForm<Code extends ColumnCode> {
  /** What a request passes, with its article: "a number". */
  readonly wanted: string;
  /** The same of one column, where that says more. */
  wantedOf?(code: Code): string;
  /**
   * The raw value that any JSON value but null stands for; undefined when it is not what is wanted, or why it
   * cannot be taken.
   */
  accept(value: unknown, code: Code, table: Float64Array): NonNullable<RawValue> | ValueFault | undefined;
  /** Whether a text that meant "no value" in the file means it in this column; not where it is left out. */
  mayBeGap?(text: string, code: Code): boolean;
  /** Whether training saw no such value, for kinds where that matters. */
  isUnseen?(value: NonNullable<RawValue>, code: Code): boolean;
  /** A value as the file wrote it, where that is another text than JSON's. */
  written?(value: NonNullable<RawValue>, code: Code): string | undefined;
}
