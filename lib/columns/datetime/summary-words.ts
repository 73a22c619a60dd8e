import type { SummaryWords } from '../summary-words.ts';
import type { DatetimeProfile } from './profile.ts';

export const datetimeSummaryWords: SummaryWords<DatetimeProfile> = {
  describe: ({ count, min, max, quantiles }) =>
    count === 0 ? 'none' : `${min} to ${max}, median ${quantiles?.p50 ?? '?'}`,
};
