import { fileURLToPath } from 'node:url';
import { seedRawBucket } from '../../lib/local/seed.ts';
import { eventually, startTestStack, type TestStack } from './stack.ts';

/**
 * The laptop's whole system after `npm start`: data/raw is uploaded, and its models, `default` and
 * `penguins`, answer.
 *
 * @param auth whether requests need a token
 */
export async function startSeededStack(auth = false): Promise<TestStack> {
  const stack = await startTestStack(undefined, { auth });
  try {
    const folder = fileURLToPath(new URL('../../data/raw/', import.meta.url));
    await seedRawBucket(folder, stack.urls.s3, 'classifier-raw');
    for (const model of ['default', 'penguins']) {
      await eventually(`a champion of ${model}`, () => isFound(`${stack.urls.http}/health?model=${model}`));
    }
  } catch (error) {
    await stack.dispose();
    throw error;
  }
  return stack;
}

/** True when a GET answers 200; undefined for any other answer. */
export async function isFound(url: string, headers: Record<string, string> = {}): Promise<true | undefined> {
  const { ok, body } = await fetch(url, { headers });
  await body?.cancel();
  return ok ? true : undefined;
}
