import type { RequestForm, ValueFault } from '../request.ts';
import type { NumericCode } from './code.ts';
import { isMeasurable } from './encoding.ts';

const TOO_LARGE: ValueFault = {
  fault: 'the number is too large to measure its distance from the training data',
};

/** JSON numbers. */
export const numericRequest: RequestForm<NumericCode> = {
  wanted: 'a number',
  accept(value, code, table) {
    if (typeof value !== 'number') return undefined;
    return isMeasurable(code, value, table) ? value : TOO_LARGE;
  },
};
