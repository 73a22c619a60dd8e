import { expect, it } from 'vitest';
import type { ReportedCandidate } from '../../../lib/training/model-report.ts';
import { describeSetting } from '../../../lib/training/setting-words.ts';

const SETTING: ReportedCandidate = {
  numbers: 'standard',
  space: 'plain',
  metric: 'euclidean',
  neighbours: 5,
  vote_weights: 'uniform',
  class_balance: 0,
  macro_f1: 0.9,
  standard_error: 0.01,
};

it('says how missing numbers count, where there are any', () => {
  const words = (gaps?: ReportedCandidate['gaps']) =>
    describeSetting({ ...SETTING, ...(gaps && { gaps }) }, [{ type: 'numeric' }]).join(' ');
  expect(words('class_shares')).toContain('A missing number lies beside the median');
  expect(words('median')).toContain('A missing number counts as the median.');
  expect(words()).not.toContain('missing');
});

it.each([
  ['landmarks', 'Novelty is the distance to these'],
  ['trees', 'Novelty is the distance to some of the rows'],
] as const)('says that neighbours score alike where they are found by scores: %s', (space, novelty) => {
  const words = describeSetting({ ...SETTING, space }, [{ type: 'numeric' }]).join(' ');
  expect(words).toContain('Rows are near each other that score alike');
  expect(words).toContain(novelty);
});
