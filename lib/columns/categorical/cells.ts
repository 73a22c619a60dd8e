import type { CellForm } from '../cells.ts';
import type { CategoricalCode } from './code.ts';
import { categoryIndex } from './encoding.ts';

/** Any text. One that means "no value" in columns of numbers only, such as "None", may be a category. */
export const categoricalCells: CellForm<CategoricalCode> = {
  reader:
    ({ categories }, _table, missing) =>
    (text) =>
      missing.has(text) && categoryIndex(categories, text) === null ? null : text,
};
