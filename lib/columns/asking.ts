import * as z from 'zod/mini';
import type { WrittenNumbers } from './numeric/written-numbers.ts';

/**
 * What a request for predictions needs to know of a column besides its values: in the schema of a data set,
 * and in the artifact.
 */
export interface AskingRules {
  /** Present, and true, when a request must not leave a gap. */
  readonly required?: true | undefined;
  /** How numbers are written, if they are not plain decimals. */
  readonly written?: WrittenNumbers | undefined;
}

/**
 * Member of every kind. It is left out when it does not apply, so that older schemas and artifacts keep their
 * bytes.
 */
export const requiredMember = { required: /* @__PURE__ */ z.optional(z.literal(true)) };
