import { fileURLToPath } from 'node:url';
import { buildFunctions } from '../../lib/build/function-bundles.ts';
import { buildLocal, buildServe, buildTrainJob } from '../../lib/build/local-bundles.ts';

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * Tests that start the system run the same bundles as Lambda and `npm start`: built once, before the first
 * test.
 */
export default async function setup(): Promise<void> {
  await Promise.all([
    buildFunctions(folder('../../dist/functions/')),
    buildLocal(folder('../../dist/local/')),
    buildServe(folder('../../dist/serve/')),
    buildTrainJob(folder('../../dist/train-job/')),
  ]);
}
