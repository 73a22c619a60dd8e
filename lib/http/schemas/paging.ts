import * as z from 'zod/mini';
import { tag } from './tag.ts';

/** Number of entries in a list if the request has no `limit`. */
const DEFAULT_LIMIT = 50;
const LIMIT = 'expected a whole number from 1 to 100';

export const limit = z
  ._default(z.int(LIMIT).check(z.minimum(1, LIMIT), z.maximum(100, LIMIT)), DEFAULT_LIMIT)
  .check(z.describe('How many entries at most.'));

const BEFORE = 'expected a whole number from 1 to 999999999999, as "next" gave it';

/** The query of a path that takes no parameter. */
export const noQuery = z.strictObject({});

/** The query of the list of models. */
export const modelsQuery = z.strictObject({
  limit,
  after: z.optional(
    z
      .string()
      .check(
        z.regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected the name of a model, as "next" gave it'),
        z.describe('Go on after the model of this name: `next` of the page before.'),
      ),
  ),
});

/** The query of a log: versions, decisions. */
export const logQuery = z.strictObject({
  limit,
  before: z.optional(
    z
      .int(BEFORE)
      .check(
        z.minimum(1, BEFORE),
        z.maximum(999_999_999_999, BEFORE),
        z.describe('Only entries numbered below this: `next` of the page before.'),
      ),
  ),
});

/** The query of the list of versions. */
export const versionsQuery = z.extend(logQuery, {
  tag: z.optional(tag.check(z.describe('Only versions that have this tag.'))),
});

export const UPLOAD_CURSOR = 'expected what "next" of the page before gave';

/** The query of the list of uploads. */
export const uploadsQuery = z.strictObject({
  limit,
  after: z.optional(
    z
      .string()
      .check(
        z.regex(/^[A-Za-z0-9_-]{1,200}$/, UPLOAD_CURSOR),
        z.describe('Go on after this upload: `next` of the page before, opaque.'),
      ),
  ),
});

export const nextAfter = z
  .nullable(z.string())
  .check(z.describe('Pass it as `after` to get the next page; null on the last one.'));

export const nextBefore = z
  .nullable(z.string())
  .check(z.describe('Pass it as `before` to get the next page; null on the last one.'));
