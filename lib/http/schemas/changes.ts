import * as z from 'zod/mini';
import { plainText } from '../../text-safety.ts';
import { bodyFault } from './body-fault.ts';

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
  .check(z.describe('The version to promote: a number such as 2, or "v2".'));

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
