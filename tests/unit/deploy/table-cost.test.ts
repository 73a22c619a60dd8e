import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { settings } from '../../../functions/batch/settings.ts';
import { readConfiguration } from '../../../lib/config.ts';
import { totalUsd } from '../../../lib/cost/cost-lines.ts';
import {
  batchSeconds,
  MEASURED,
  partsOfTable,
  TABLE_SIZES,
  tablePredicted,
} from '../../../lib/deploy/table-cost.ts';

const sized = (rows: number) => ({ title: 'some', rows });

describe('what large tables cost', () => {
  it('takes its rates from what was measured', () => {
    const bench = readFileSync(new URL('../../bench/README.md', import.meta.url), 'utf8');
    const { predictedRowsPerSecond, passedMegabytesPerSecond } = MEASURED;
    expect(bench).toContain(`(${predictedRowsPerSecond.toLocaleString('en-US')} a second,`);
    expect(bench).toContain(`read ${passedMegabytesPerSecond} to`);
  });

  it('divides a table as batches do by default', () => {
    const { BATCH_LOT_ROWS, MAX_BATCH_BYTES } = readConfiguration(settings, {
      BATCHES_BUCKET: 'b',
      RESULTS_BUCKET: 'r',
      MODELS_BUCKET: 'm',
      REGISTRY_TABLE: 't',
      BATCH_STATE_MACHINE: 's',
    });
    expect(partsOfTable(sized(BATCH_LOT_ROWS)).lots).toBe(1);
    expect(partsOfTable(sized(BATCH_LOT_ROWS + 1)).lots).toBe(2);
    const { bytes } = partsOfTable(sized(1000));
    const rows = (MAX_BATCH_BYTES / bytes) * 1000;
    expect(partsOfTable(sized(Math.floor(rows))).files).toBe(1);
    expect(partsOfTable(sized(Math.ceil(rows + 1))).files).toBe(2);
    for (const size of TABLE_SIZES) {
      const { files, lots } = partsOfTable(size);
      expect(lots / files).toBeLessThanOrEqual(1000);
    }
  });

  it('costs in proportion, however many lots are done at once', () => {
    const [small, large] = [sized(100e6), sized(1000e6)];
    const usd = (rows: typeof small) => totalUsd(tablePredicted(rows));
    expect(usd(large) / usd(small)).toBeCloseTo(10, 1);
    expect(batchSeconds(large, 1) / batchSeconds(large, 10)).toBeGreaterThan(8);
    expect(batchSeconds(sized(1000), 1)).toBeLessThan(1);
  });
});
