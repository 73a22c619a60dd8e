import type { Learnt } from '../../functions/train/store-model.ts';
import type { DatasetSchema } from '../../lib/columns/dataset-schema.ts';
import { modelReport } from '../../lib/training/model-report.ts';
import { DEFAULT_SETTINGS } from '../../lib/training/settings.ts';
import { trainModel } from '../../lib/training/train-model.ts';
import { versionBaseline } from '../../lib/training/version-baseline.ts';
import { numbersData } from './fitted-model.ts';

/** A small data set, and the model that the product trains on it. */
export interface LearntModel extends Learnt {
  readonly datasetSha256: string;
  readonly schema: DatasetSchema;
}

/** Trains on `count` small tables. All have the feature `x`, except the last, which has `y`. */
export function learnModels(count: number): LearntModel[] {
  return Array.from({ length: count }, (_, i) => {
    const name = i === count - 1 ? 'y' : 'x';
    const values = Float64Array.from({ length: 40 }, (_, row) => row * (i + 1) + (row % 7));
    const labels = Int32Array.from(values, (_, row) => (row < 20 ? 0 : 1));
    const datasetSha256 = String(i).repeat(64);
    const table = numbersData(values, labels);
    const data = { ...table, columns: table.columns.map((column) => ({ ...column, name })), datasetSha256 };
    const trained = trainModel(data, DEFAULT_SETTINGS);
    const schema: DatasetSchema = {
      columns: [{ name, type: 'numeric', nullable: false, min: null, max: null }],
      label: 'class',
      feature_order: [name],
      missing_tokens: [],
      ignored: [],
    };
    const report = modelReport(trained, data, DEFAULT_SETTINGS);
    return {
      datasetSha256,
      schema,
      trained,
      report,
      baseline: versionBaseline(trained, data, DEFAULT_SETTINGS),
    };
  });
}
