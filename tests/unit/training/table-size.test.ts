import { describe, expect, it } from 'vitest';
import { planTraining } from '../../../lib/training/plan-training.ts';
import { DEFAULT_SETTINGS } from '../../../lib/training/settings.ts';
import { sizeOfData, sizeOfManifest } from '../../../lib/training/table-size.ts';
import { ingested } from '../../helpers/train-csv.ts';

describe('the size of a table', () => {
  it('is the same by its manifest as in memory, so the plan is', async () => {
    const { result, data } = await ingested(
      new URL('../../../data/raw/penguins/penguins.csv', import.meta.url),
    );
    const size = sizeOfManifest(result);
    expect(sizeOfData(data)).toEqual(size);
    expect(size.columns.some(({ categories }) => categories > 0)).toBe(true);
    expect(planTraining(size, DEFAULT_SETTINGS).thinned).toEqual([]);
  });
});
