import type { CellForm } from '../cells.ts';
import type { CategoricalCode } from './code.ts';
import { categoryIndex } from './encoding.ts';

/** Any text is a category. Even "None", which means "no value" in columns of numbers only, may be one. */
export const categoricalCells: CellForm<CategoricalCode> = {
  reader:
    ({ categories }, _table, missing) =>
    (text) =>
      missing.has(text) && categoryIndex(categories, text) === null ? null : text,
};
