import * as z from 'zod/mini';
import { REFUSAL_CODES } from '../csv/codes.ts';
import type { DatasetContract } from '../understand/contract.ts';

const count = z.int().check(z.minimum(0));

/** How all parts of a set are read. It is found out from the first rows. */
export const setPlan = z.object({
  /** Changes with what the other fields mean. */
  format: z.literal(1),
  text: z.object({ format: z.enum(['csv', 'parquet']), encoding: z.string() }),
  /** Null for Parquet. */
  delimiter: z.nullable(z.string()),
  quote: z.string(),
  header: z.object({
    hasHeader: z.boolean(),
    /** The first record of each part, where that is its header; null where no part has such a record. */
    fields: z.nullable(z.array(z.string())),
    /** The part that it was taken from. */
    part: z.string(),
  }),
});

export type SetPlan = z.infer<typeof setPlan>;

/** What one part holds. */
export const parsedPart = z.object({
  size_bytes: count,
  sha256: z.string(),
  /** Of its text, decoded and unpacked. */
  text_bytes: count,
  /** Whether there is anything but blank lines in it. */
  has_text: z.boolean(),
  /** Bytes and lines of the text that precede its first row. */
  body_from: count,
  body_line: count,
  /** Lines of the text, the last one counted also when it does not end. */
  lines: count,
  /** Rows, and blank ones; the header is neither. */
  records: count,
  blank: count,
});

export type ParsedPart = z.infer<typeof parsedPart>;

/** Why a part refuses its set, as it is kept. */
export const partRefusal = z.object({
  code: z.enum(REFUSAL_CODES),
  message: z.string(),
  line: z.nullable(z.int()),
  fix: z.nullable(z.string()),
});

/** The contract, with what was understood of the set where it says nothing. */
export const pinned = (
  { delimiter, quote, text }: SetPlan,
  contract: DatasetContract | undefined,
): DatasetContract | undefined =>
  text.format === 'parquet' || delimiter === null
    ? contract
    : { ...contract, delimiter: contract?.delimiter ?? delimiter, quote: contract?.quote ?? quote };
