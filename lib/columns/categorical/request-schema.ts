import type { RequestSchema } from '../request-schema.ts';
import type { CategoricalCode } from './code.ts';

const BOOLEAN = /^(?:true|false)$/i;

/** Any text: the known categories are named first. */
export const categoricalRequestSchema: RequestSchema<CategoricalCode> = {
  of({ categories }, hasRoom) {
    const end = categories.findIndex((category) => !hasRoom(category));
    const known = end < 0 ? categories : categories.slice(0, end);
    return {
      anyOf: [
        ...(known.length === 0 ? [] : [{ description: 'Categories of the training data.', enum: known }]),
        { description: 'Any other: training did not see it.', type: 'string' },
        ...(categories.some((category) => BOOLEAN.test(category)) ? [{ type: 'boolean' }] : []),
      ],
    };
  },
};
