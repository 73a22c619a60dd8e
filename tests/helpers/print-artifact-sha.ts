/** Prints the sha256 of the artifacts that the given CSV files make, one a line: a process of its own for each setting of the world. */
import { DEFAULT_SETTINGS } from '../../lib/training/settings.ts';
import { trainModel } from '../../lib/training/train-model.ts';
import { readTrainingData } from './train-csv.ts';

for (const path of process.argv.slice(2)) {
  console.log(trainModel(await readTrainingData(path), DEFAULT_SETTINGS).artifactSha256);
}
