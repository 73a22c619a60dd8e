import { whole } from '../html/page.ts';
import type { ModelReport } from './model-report.ts';

/** Says in whole sentences what a learning curve shows. Nothing when it was not measured. */
export function describeCurve({ learning_curve: curve = [] }: Pick<ModelReport, 'learning_curve'>): string[] {
  const [all, half] = curve.toReversed();
  if (!all || !half) return [];
  const scores = curve.map(
    ({ rows, macro_f1, standard_error }) =>
      `${macro_f1.toFixed(3)} ± ${standard_error.toFixed(3)} with ${whole(rows)}`,
  );
  const gain = all.macro_f1 - half.macro_f1;
  const verdict =
    gain > all.standard_error
      ? 'More rows of the same kind are likely to help'
      : 'Twice the rows helped by less than a standard error, so more rows of the same kind would probably change little';
  return [`Macro-F1 was ${scores.slice(0, -1).join(', ')} and ${scores.at(-1)} rows.`, `${verdict}.`];
}
