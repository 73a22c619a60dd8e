/**
 * Prints the sha256 of the artifacts of the given CSV files, one per line. A separate process, so that a test
 * can set its environment.
 */
import { DEFAULT_SETTINGS } from '../../lib/training/settings.ts';
import { trainModel } from '../../lib/training/train-model.ts';
import { readTrainingData } from './train-csv.ts';

for (const path of process.argv.slice(2)) {
  console.log(trainModel(await readTrainingData(path), DEFAULT_SETTINGS).artifactSha256);
}
