import { describe, expect, it } from 'vitest';
import { modelMemoryBytes } from '../../../lib/classifier/model-file.ts';
import { readConfiguration } from '../../../lib/config.ts';
import { FUNCTIONS } from '../../../lib/functions.ts';
import { estimateFile } from '../../../lib/training/estimate-file.ts';
import { planTraining, TRAINING_BOUNDS } from '../../../lib/training/plan-training.ts';
import { DEFAULT_SETTINGS } from '../../../lib/training/settings.ts';
import { sizeOfData, type TableSize } from '../../../lib/training/table-size.ts';
import { trainModel } from '../../../lib/training/train-model.ts';
import { boundsWithin, FUNCTION_LIMITS } from '../../../lib/training/training-limits.ts';
import { trainingLimitSettings } from '../../../lib/training-limit-settings.ts';

const numbers = (rows: number, columns: number): TableSize => ({
  rows,
  classes: 5,
  columns: Array.from({ length: columns }, () => ({
    type: 'numeric',
    nullable: false,
    categories: 0,
    textUnits: 0,
  })),
});
const LARGE = numbers(10_000_000, 10);
const rowsWithin = (size: TableSize, limits: Parameters<typeof boundsWithin>[0]) =>
  planTraining(size, DEFAULT_SETTINGS, boundsWithin(limits)).plan.trainingRows;

describe('the bounds of a training by the limits of its process', () => {
  it("are the usual ones within the train function's limits, which the settings have unless told otherwise", () => {
    const { timeoutSeconds: seconds, memoryMb } = FUNCTIONS.train;
    expect(FUNCTION_LIMITS).toEqual({ seconds, memoryMb });
    const told = readConfiguration(trainingLimitSettings, {});
    expect(told).toEqual({ TRAINING_SECONDS: seconds, TRAINING_MEMORY_MB: memoryMb });
    expect(boundsWithin(FUNCTION_LIMITS)).toMatchObject(TRAINING_BOUNDS);
    for (const size of [numbers(150, 4), LARGE, numbers(1_000_000, 50)]) {
      const [usual, within] = [TRAINING_BOUNDS, boundsWithin(FUNCTION_LIMITS)].map((bounds) =>
        planTraining(size, DEFAULT_SETTINGS, bounds),
      );
      expect({ ...within, bounds: null }).toEqual({ ...usual, bounds: null });
    }
  });

  it('allow more rows with more time and memory, and no more than there are', () => {
    const inFunction = rowsWithin(LARGE, FUNCTION_LIMITS);
    const inJob = rowsWithin(LARGE, { seconds: 14_400, memoryMb: 8192 });
    expect(inFunction).toBeLessThan(5_000_000);
    expect(inJob).toBe(10_000_000);
  });

  it('leave a model that predictions can hold, whatever memory there is to train it', () => {
    const limits = { seconds: 86_400, memoryMb: 122_880 };
    for (const modelBytes of [1e9, undefined]) {
      const { fileBytes, plan } = planTraining(
        numbers(100_000_000, 10),
        DEFAULT_SETTINGS,
        boundsWithin({ ...limits, modelBytes }),
      );
      expect(modelMemoryBytes(fileBytes)).toBeLessThanOrEqual(modelBytes ?? 2 ** 31 - 1);
      expect(plan.trainingRows).toBeGreaterThan(1_000_000);
    }
    const tooSmall = { ...limits, modelBytes: 1e6 };
    expect(() => rowsWithin(LARGE, tooSmall)).toThrow(/GB of memory in predictions/);
  });

  it('count every byte that a file can have', () => {
    const rows = 3000;
    const values = (step: number) => Float64Array.from({ length: rows }, (_, i) => ((i * step) % 997) / 7);
    const data = {
      columns: [
        { name: 'a', type: 'numeric' as const, values: values(31) },
        { name: 'b', type: 'numeric' as const, values: values(57) },
      ],
      labels: Int32Array.from({ length: rows }, (_, i) => i % 3),
      classes: ['x', 'y', 'z'],
      label: 'label',
      missingTokens: [],
      ignored: [],
      datasetSha256: '0'.repeat(64),
    };
    const { artifact, planned } = trainModel(data, DEFAULT_SETTINGS);
    // Without what every file may have.
    expect(artifact.length).toBeLessThanOrEqual(planned.fileBytes - 3.9e6);
    expect(planned.fileBytes).toBe(estimateFile(sizeOfData(data), planned.plan));
  });
});
