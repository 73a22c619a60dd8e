import type { ColumnCode } from './encoding.ts';
import type { RawValue } from './storage.ts';

/** Why a request's value does not fit its column, in words that follow the column's name. */
export interface ValueFault {
  readonly fault: string;
}

/**
 * Form of one kind's values in a request's JSON. A gap is null; texts that meant a gap in the file may mean
 * one here too.
 */
export interface RequestForm<Code extends ColumnCode> {
  /** What a request must pass, with its article: "a number". */
  readonly wanted: string;
  /** Same for one column, if that says more. */
  wantedOf?(code: Code): string;
  /**
   * Converts any JSON value but null to its raw value. Undefined when it is of the wrong kind; otherwise the
   * fault.
   */
  accept(value: unknown, code: Code, table: Float64Array): NonNullable<RawValue> | ValueFault | undefined;
  /**
   * Whether a text that meant "no value" in the file also does in this column. No, if the method is left out.
   */
  mayBeGap?(text: string, code: Code): boolean;
  /** Whether training never saw this value, for kinds where that matters. */
  isUnseen?(value: NonNullable<RawValue>, code: Code): boolean;
  /** A value as the file wrote it, if that differs from JSON's text. */
  written?(value: NonNullable<RawValue>, code: Code): string | undefined;
}
