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

it('says how categories and gaps count, where there are any', () => {
  const words = (categories?: ReportedCandidate['categories']) =>
    describeSetting({ ...SETTING, ...(categories && { categories }) }, [{ type: 'categorical' }]).join(' ');
  expect(words('class_shares')).toContain(
    'Categories, and gaps in numbers, count by how differently the classes occur with them.',
  );
  expect(words('indicators')).toContain('Categories count by whether they are the same');
  expect(words()).not.toContain('Categories');
});
