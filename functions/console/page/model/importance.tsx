import { describeImportance } from '../../../../lib/training/importance-words.ts';
import type { ReportedImportance } from '../../../../lib/training/model-report.ts';
import { Bars } from '../parts/bars.tsx';
import { plural, score } from '../words.ts';

/** What rounds to nothing is nothing. */
const MIN_FALL = 0.0005;

/** What each feature is worth to the model's answers. */
export function ImportanceOf({ importance }: { importance: ReportedImportance | undefined }) {
  return (
    <section aria-label="What matters">
      <h2>What matters</h2>
      {importance === undefined ? (
        <p class="soft">This was not measured when the version was trained: train it on newer data.</p>
      ) : (
        <Measured importance={importance} />
      )}
    </section>
  );
}

function Measured({ importance }: { importance: ReportedImportance }) {
  const { unmeasured } = importance;
  const features = importance.features.filter(({ macro_f1_fall }) => Math.abs(macro_f1_fall) >= MIN_FALL);
  const without = importance.features.length - features.length;
  const largest = Math.max(...features.map(({ macro_f1_fall }) => macro_f1_fall), Number.EPSILON);
  return (
    <>
      <p class="soft small">{describeImportance(importance)}</p>
      <Bars
        name="What matters, by the fall of macro-F1"
        bars={features.map(({ name, macro_f1_fall: fall }) => ({
          label: name,
          share: Math.max(0, fall) / largest,
          text: score(fall),
        }))}
      />
      {without > 0 && (
        <p class="soft small">
          {plural(without, 'column is', 'columns are')} worth nothing beside the others
        </p>
      )}
      {unmeasured > 0 && (
        <p class="soft small">
          {plural(unmeasured, 'more column was', 'more columns were')} not measured, to save time: those that
          alone say least about the class.
        </p>
      )}
    </>
  );
}
