import type { Drift } from '../drift.ts';
import { type NumbersBaseline, numbersBaseline, summariseNumbers } from '../numbers-baseline.ts';
import type { NumbersColumn } from '../storage.ts';
import { shownEdges } from './shown-edges.ts';

/** Compares dates as instants: a batch from other weeks than the training data has drifted. */
export const datetimeBaseline = numbersBaseline('datetime');

export const datetimeDrift: Drift<NumbersBaseline<'datetime'>, NumbersColumn<'datetime'>> = {
  summarise: (column, most) => ({ name: column.name, type: 'datetime', ...summariseNumbers(column, most) }),
  shownEdges,
};
