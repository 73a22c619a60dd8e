import * as z from 'zod/mini';
import { plainText } from '../../text-safety.ts';
import { bodyFault } from './body-fault.ts';
import { tag } from './tag.ts';

const VERSION = 'expected a version: a number such as 2, or "v2"';
const DECISION = 'expected the number of the newest decision that this is based on; 0 before the first';
const REASON =
  'expected a reason of 1 to 500 characters, none of them a control, bidirectional or zero-width character';

const version = z
  .union(
    [
      z.int(VERSION).check(z.minimum(1, VERSION), z.maximum(999_999_999_999, VERSION)),
      z.string().check(z.regex(/^v[1-9]\d{0,11}$/, VERSION)),
    ],
    VERSION,
  )
  .check(z.describe('The version that is meant: a number such as 2, or "v2".'));

const decision = z
  .int(DECISION)
  .check(
    z.minimum(0, DECISION),
    z.maximum(999_999_999_999, DECISION),
    z.describe(
      'The number of the newest decision that the change is based on, as `GET /models/{model}/champion` gives it; 0 before the first.',
    ),
  );

const reason = z
  .string(REASON)
  .check(
    z.regex(plainText(500), REASON),
    z.describe('Why, in one sentence: it stands in the log for good. No control or invisible characters.'),
  );

/** The body of a promotion or a rollback. */
export const promotionRequest = z.strictObject(
  { version, decision, reason },
  { error: bodyFault('{"version", "decision", "reason"}') },
);

/** The body of a retirement; the path names the version. */
export const retirementRequest = z.strictObject(
  { decision, reason },
  { error: bodyFault('{"decision", "reason"}') },
);

/** The body of a request that gives an alias, which the path names, to a version. */
export const aliasRequest = z.strictObject(
  { version, decision, reason },
  { error: bodyFault('{"version", "decision", "reason"}') },
);

/** The query of a request that takes an alias away: bodies of DELETE get lost on the way. */
export const aliasRemovalQuery = z.strictObject({ decision, reason });

const NOTE = 'expected a note of at most 1,000 characters, none of them a control or invisible character';
const MAX_TAGS = 20;
const REVISION = 'expected the revision of the notes that this is based on; 0 before the first';

/** The body of a request that writes the notes on a version. */
export const notesRequest = z.strictObject(
  {
    note: z.string(NOTE).check(
      z.refine((text) => text === '' || plainText(1000).test(text), NOTE),
      z.describe('Free words of a person: at most 1,000 characters; empty for none.'),
    ),
    tags: z
      .array(tag, `expected an array of at most ${MAX_TAGS} tags`)
      .check(
        z.maxLength(MAX_TAGS, `expected at most ${MAX_TAGS} tags`),
        z.describe('Words to find it by, at most 20; the same twice is once.'),
      ),
    revision: z
      .int(REVISION)
      .check(
        z.minimum(0, REVISION),
        z.maximum(999_999_999_999, REVISION),
        z.describe('The revision that was seen, as the version shows it; 0 before the first.'),
      ),
  },
  { error: bodyFault('{"note", "tags", "revision"}') },
);
