import type * as z from 'zod/mini';

type BodyIssue = z.core.$ZodIssueInvalidType | z.core.$ZodIssueUnrecognizedKeys;

/** Maximum number of unexpected names that an error lists, and of characters of each. */
const LISTED_NAMES = 5;
const SHOWN_NAME = 100;

/** Describes a body that is no object of these members: what was expected, and which names are too many. */
export function bodyFault(members: string) {
  return (issue: z.core.$ZodRawIssue<BodyIssue>): string => {
    const expected = `expected ${members}`;
    if (issue.code !== 'unrecognized_keys') return expected;
    const names = issue.keys.slice(0, LISTED_NAMES).map((key) => `"${key.slice(0, SHOWN_NAME)}"`);
    const others = issue.keys.length - names.length;
    return `${expected}, got also ${names.join(', ')}${others > 0 ? ` and ${others} others` : ''}`;
  };
}
