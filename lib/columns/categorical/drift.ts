import type { Drift } from '../drift.ts';
import type { TextsColumn } from '../storage.ts';
import { summariseTexts, type TextsBaseline, textsBaseline } from '../texts-baseline.ts';

export const categoricalBaseline = textsBaseline('categorical');

export const categoricalDrift: Drift<TextsBaseline<'categorical'>, TextsColumn<'categorical'>> = {
  summarise: (column, most) => ({ name: column.name, type: 'categorical', ...summariseTexts(column, most) }),
};
