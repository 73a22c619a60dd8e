import * as z from 'zod/mini';

const EXPECTED =
  'expected the name of an alias: 1 to 32 of a-z, 0-9 and -, the first a letter, not like a version (v3), nor "champion", which is asked for by leaving it out';

/** The name of an alias. Nobody can take it for a version, or for the champion. */
export const aliasName = z
  .string(EXPECTED)
  .check(z.regex(/^(?!v\d+$)(?!champion$)[a-z][a-z0-9-]{0,31}$/, EXPECTED));
