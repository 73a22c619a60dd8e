import * as z from 'zod/mini';

const EXPECTED = 'expected a tag: 1 to 64 of A-Z, a-z, 0-9 and . _ : / = -, the first a letter or digit';

/** A tag of a version: such as `reviewed`, or `team=fraud`. */
export const tag = z
  .string(EXPECTED)
  .check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._:/=-]{0,63}$/, EXPECTED), z.describe('A tag.'));
