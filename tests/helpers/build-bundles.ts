import { ROOT } from '../../lib/build/bundle-options.ts';
import { buildIfChanged } from '../../lib/build/whole-build.ts';

/**
 * Tests that start the system run the same bundles as Lambda and `npm start`: built before the first test,
 * unless they are there and nothing has changed.
 */
export default async function setup(): Promise<void> {
  await buildIfChanged(ROOT);
}
