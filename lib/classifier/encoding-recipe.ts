import * as z from 'zod/mini';
import { NUMBER_SCALES, TIME_SCALES } from '../columns/learning.ts';

/**
 * Which space distances are measured in:
 * - `plain`: every feature counts alike;
 * - `information_root`, `information`: features count by the root of, or by, what they say about the class (mutual information);
 * - `shaped`: all directions, whitened within the classes, those that part the classes counting more;
 * - `discriminants`: only the directions that part the classes best (linear discriminant analysis), one fewer than classes.
 */
export const SPACES = ['plain', 'information_root', 'information', 'shaped', 'discriminants'] as const;

export const encodingRecipe = z.strictObject({
  numbers: z.enum(NUMBER_SCALES),
  /** Absent where no feature is a date. */
  times: z.optional(z.enum(TIME_SCALES)),
  space: z.enum(SPACES),
});

export type EncodingRecipe = z.infer<typeof encodingRecipe>;
/** Whether a space is reached by a linear map of the features' coordinates. */
export const usesMap = (space: Space) => space === 'shaped' || space === 'discriminants';

export type Space = EncodingRecipe['space'];
