import * as z from 'zod/mini';
import { ALIAS_NAME, ALIAS_NAME_RULE } from '../../alias-rule.ts';

const EXPECTED = `expected the name of an alias: ${ALIAS_NAME_RULE}, nor "champion", which is asked for by leaving it out`;

/** The name of an alias. */
export const aliasName = z.string(EXPECTED).check(z.regex(ALIAS_NAME, EXPECTED));
