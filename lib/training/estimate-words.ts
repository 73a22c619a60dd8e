import { whole } from '../html/page.ts';
import type { ModelReport } from './model-report.ts';
import type { Thinning } from './plan-training.ts';

/** Says in whole sentences what a training was estimated to take, and what was thinned. */
export function describeEstimate({ estimate }: Pick<ModelReport, 'estimate'>): string[] {
  const { work_seconds, max_work_seconds, memory_bytes, max_memory_bytes } = estimate;
  const sample = estimate.thinned.find(({ what }) => what === 'training_rows');
  const thinned = estimate.thinned.filter((one) => one !== sample);
  return [
    ...(sample ? [`Trained on ${thinningWords(sample)}.`] : []),
    `Estimated before it began: at most ${seconds(work_seconds)} of processor time (${max_work_seconds} s are allowed) and ${gigabytes(memory_bytes)} of memory (${gigabytes(max_memory_bytes)}).`,
    thinned.length === 0
      ? 'All settings were tried.'
      : `To stay within that: ${thinned.map(thinningWords).join('; ')}.`,
  ];
}

function thinningWords({ what, from, to }: Thinning): string {
  switch (what) {
    case 'training_rows':
      return `a sample of ${whole(to)} of the ${whole(from)} rows, of each class its share`;
    case 'indicators':
      return `columns of more than ${to} categories (otherwise ${from}) are compared by how often each class occurs with a category`;
    case 'repeats':
      return 'rows were dealt into folds once instead of several times';
    case 'selection_rows':
      return `the setting was chosen on about ${whole(to)} rows instead of ${whole(from)}`;
    case 'cycles':
      return 'dates were tried by the time between them only, without months, weekdays and hours';
    case 'gap_shares':
      return 'missing numbers were tried as the median only';
    case 'trees':
      return 'scores by trees were not tried';
    case 'landmarks':
      return 'landmark scores were not tried';
    case 'ranks':
      return 'numbers were tried in standard deviations only, not by rank';
    case 'held_out_rows':
      return `about ${whole(to)} held-out rows were asked instead of ${whole(from)}`;
  }
}

const seconds = (value: number) => (value < 1 ? 'a second' : `${whole(Math.ceil(value))} s`);
const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
