import * as z from 'zod/mini';
import { GAP_SCALES, NUMBER_SCALES, type Scales, TIME_SCALES } from '../columns/learning.ts';

/**
 * The space in which distances are measured:
 * - `plain`: all features have the same weight;
 * - `information`, `information_root`: a feature's weight is its mutual information with the class, or the
 *   root of that;
 * - `shaped`: all directions, whitened within the classes, with more weight on those that separate the
 *   classes;
 * - `discriminants`: only the directions that separate the classes best (linear discriminant analysis), one
 *   fewer than there are classes;
 * - `landmarks`: scores of the classes by how close a row is to some training rows, so that rows that score
 *   alike are near each other;
 * - `trees`: scores of the classes by a linear regression and by boosted trees, so that rows that both judge
 *   alike are near each other.
 */
export const SPACES = [
  'plain',
  'information_root',
  'information',
  'shaped',
  'discriminants',
  'landmarks',
  'trees',
] as const;

export const encodingRecipe = z.strictObject({
  numbers: z.enum(NUMBER_SCALES),
  /** Absent where no feature is a date. */
  times: z.optional(z.enum(TIME_SCALES)),
  /** Absent where no number is missing, and in models from before there was a choice, which have medians. */
  gaps: z.optional(z.enum(GAP_SCALES)),
  space: z.enum(SPACES),
});

export type EncodingRecipe = z.infer<typeof encodingRecipe>;

/** How a recipe encodes the values of each kind. */
export const scalesOf = ({ numbers, times = 'line', gaps = 'median' }: EncodingRecipe): Scales => ({
  numbers,
  times,
  gaps,
});

/** Whether a space needs a linear map of the features' coordinates. */
export const usesLinearMap = (space: Space) => space === 'shaped' || space === 'discriminants';

/** Whether a space needs any map of them. */
export const usesMap = (space: Space) => usesLinearMap(space) || usesScores(space);

/** Whether a space is one of scores of the classes. */
export const usesScores = (space: Space): space is ScoreSpace => space === 'landmarks' || space === 'trees';

export type Space = EncodingRecipe['space'];
export type ScoreSpace = Extract<Space, 'landmarks' | 'trees'>;
