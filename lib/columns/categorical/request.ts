import type { RequestForm } from '../request.ts';
import type { CategoricalCode } from './code.ts';

/** JSON strings; those that training never saw have coordinates of their own. */
export const categoricalRequest: RequestForm<CategoricalCode> = {
  wanted: 'a text',
  accept(value) {
    return typeof value === 'string' ? value : undefined;
  },
};
