import type { RequestSchema } from '../request-schema.ts';
import type { NumericCode } from './code.ts';
import { isSaid, writeNumber } from './written-numbers.ts';

const NUMBER = { type: 'number' };
const EXAMPLE = 1234.5;

/** A number, or a text in the format of the file if it has one of its own. */
export const numericRequestSchema: RequestSchema<NumericCode> = {
  of({ written }) {
    if (!isSaid(written)) return NUMBER;
    const description = 'A number as the file wrote it.';
    return { anyOf: [NUMBER, { type: 'string', description, examples: [writeNumber(EXAMPLE, written)] }] };
  },
};
