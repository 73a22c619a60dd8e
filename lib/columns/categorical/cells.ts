import type { CellForm } from '../cells.ts';
import type { CategoricalCode } from './code.ts';

/** Any text. */
export const categoricalCells: CellForm<CategoricalCode> = {
  reader: (_code, _table, missing) => (text) => (missing.has(text) ? null : text),
};
