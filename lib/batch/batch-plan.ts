import * as z from 'zod/mini';

const bytes = z.int().check(z.minimum(0));

/** Why a file, or a lot of it, is refused: the members of a RefusedFileError. */
export const batchRefusal = z.object({
  code: z.string(),
  message: z.string(),
  line: z.nullable(z.int()),
  fix: z.nullable(z.string()),
});

export type BatchRefusal = z.infer<typeof batchRefusal>;

/**
 * `plan.json`: everything that decides the answer, pinned once, so that each worker, and each attempt of it,
 * writes the same bytes.
 */
export const batchPlan = z.object({
  format: z.literal(1),
  /** The table as UTF-8 text: the file itself, or what was made of it. */
  table: z.object({ bucket: z.string(), key: z.string(), version_id: z.nullable(z.string()) }),
  grammar: z.object({
    delimiter: z.int(),
    quote: z.int(),
    lineEnd: z.int(),
    lineEndPrefix: z.int(),
  }),
  header: z.object({ names: z.array(z.string()), line: z.int(), isFirstRecord: z.boolean() }),
  decimal: z.enum(['.', ',']),
  // A plan of the release before has none.
  isMarked: z._default(z.boolean(), false),
  lots: z.array(z.object({ from: bytes, to: bytes, line: z.int(), records: bytes })),
  /** Fault at which the file ends. What precedes it is read first: an earlier fault is the verdict. */
  fault: z.nullable(batchRefusal),
});

export type BatchPlan = z.infer<typeof batchPlan>;
