import type { Drift } from '../drift.ts';
import { type NumbersBaseline, numbersBaseline, summariseNumbers } from '../numbers-baseline.ts';
import type { NumbersColumn } from '../storage.ts';

export const numericBaseline = numbersBaseline('numeric');

export const numericDrift: Drift<NumbersBaseline<'numeric'>, NumbersColumn<'numeric'>> = {
  summarise: (column, most) => ({ name: column.name, type: 'numeric', ...summariseNumbers(column, most) }),
};
