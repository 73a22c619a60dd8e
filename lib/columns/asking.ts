import * as z from 'zod/mini';
import type { WrittenNumbers } from './numeric/written-numbers.ts';

/**
 * What a request for predictions has to know of a column beside its values: in the schema of a data set, and
 * in the artifact.
 */
export interface AskingRules {
  /** There, and true, where a request must not leave a gap. */
  readonly required?: true | undefined;
  /** How numbers are written, where they are no plain decimals. */
  readonly written?: WrittenNumbers | undefined;
}

/**
 * Of every kind: left out where it is not so, so that schemas and artifacts without it have the bytes that
 * they always had.
 */
export const requiredMember = { required: /* @__PURE__ */ z.optional(z.literal(true)) };
